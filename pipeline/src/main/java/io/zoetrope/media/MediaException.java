package io.zoetrope.media;

import io.zoetrope.files.ExpectedException;

/**
 * A clip, image or folder of frames that can't be written or read; the message is one line that
 * names the path and what to do.
 */
public final class MediaException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  public MediaException(String message) {
    super(message);
  }

  public MediaException(String message, Throwable cause) {
    super(message, cause);
  }
}
