package io.zoetrope.media;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;

/**
 * A clip, image or folder of frames that can't be written or read; the message is one line that
 * names the path and what to do; what could steer a terminal is escaped.
 */
public final class MediaException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  public MediaException(String message) {
    super(Printable.line(message));
  }

  public MediaException(String message, Throwable cause) {
    super(Printable.line(message), cause);
  }
}
