package io.zoetrope.ops;

import io.zoetrope.files.ExpectedException;

/**
 * A device that nobody knows by that name, or that this machine lacks or cannot use; the message
 * says why and what to do.
 */
public final class DeviceUnavailableException extends ExpectedException {
  private static final long serialVersionUID = 1;

  /** Makes one with a line for users. */
  public DeviceUnavailableException(String message) {
    super(message);
  }

  /** Makes one with a line for users, and what it was concluded from. */
  public DeviceUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
