package io.zoetrope.server.store;

import io.zoetrope.files.ExpectedException;

/** The store of jobs cannot be used; the message is one line for people. */
public final class StoreException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  /** Makes one with what it was concluded from. */
  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
