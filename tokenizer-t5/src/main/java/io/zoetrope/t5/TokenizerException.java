package io.zoetrope.t5;

import io.zoetrope.files.ExpectedException;

/**
 * A tokenizer that can't be read; the message is one line that names the file, the place in it and
 * what is wrong.
 */
public final class TokenizerException extends ExpectedException {
  private static final long serialVersionUID = 1L;

  public TokenizerException(String message) {
    super(message);
  }

  public TokenizerException(String message, Throwable cause) {
    super(message, cause);
  }
}
