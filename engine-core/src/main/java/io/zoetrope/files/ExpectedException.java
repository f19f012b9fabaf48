package io.zoetrope.files;

/**
 * A failure that is no defect of Zoetrope: a file, a request, a device or a machine cannot be used
 * as it is. The message is one line for users, which says what to do. Every other exception that
 * leaves a public method means a defect, or a caller that broke the method's contract.
 */
public abstract class ExpectedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Makes one with a line for users. */
  protected ExpectedException(String message) {
    super(message);
  }

  /** Makes one with a line for users, and what it was concluded from. */
  protected ExpectedException(String message, Throwable cause) {
    super(message, cause);
  }
}
