package io.zoetrope.hub;

import io.zoetrope.files.ExpectedException;

/** A model could not be fetched or found; the message is one line that says what to do. */
public final class HubException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  HubException(String message) {
    super(message);
  }

  HubException(String message, Throwable cause) {
    super(message, cause);
  }
}
