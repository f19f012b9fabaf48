package io.zoetrope.tools.batch;

import io.zoetrope.files.ExpectedException;
import java.io.Serial;

/** A batch that cannot be run, and what to do. */
public final class BatchException extends ExpectedException {
  @Serial private static final long serialVersionUID = 1;

  /** An exception with one line for people. */
  public BatchException(String message) {
    super(message);
  }

  /** An exception with one line for people, and what it comes from. */
  public BatchException(String message, Throwable cause) {
    super(message, cause);
  }
}
