package io.zoetrope.pipeline;

import io.zoetrope.files.ExpectedException;

/**
 * A model folder or a request that cannot be used; the message is one line that says what to do.
 */
public final class PipelineException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  public PipelineException(String message) {
    super(message);
  }

  public PipelineException(String message, Throwable cause) {
    super(message, cause);
  }
}
