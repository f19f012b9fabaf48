package io.zoetrope.weights;

import io.zoetrope.files.ExpectedException;

/** A weight file that is malformed, cannot be read or written, or lacks what a model needs. */
public class WeightsException extends ExpectedException {
  private static final long serialVersionUID = 1;

  public WeightsException(String message) {
    super(message);
  }

  public WeightsException(String message, Throwable cause) {
    super(message, cause);
  }
}
