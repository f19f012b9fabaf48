package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

/** A piece of a SentencePiece vocabulary; its id is its place there. */
record SentencePiece(String text, float score, Type type) {
  /** Types of pieces, numbered from 1 on in files. */
  enum Type {
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE
  }

  /**
   * A piece as a file has it.
   *
   * @param type its number in the file
   * @param place names the file and the piece in messages
   * @throws TokenizerException if there is no such piece
   */
  static SentencePiece of(String text, float score, long type, String place) {
    if (text.isEmpty()) {
      throw new TokenizerException(place + " is empty");
    }
    if (!Float.isFinite(score)) {
      throw new TokenizerException(place + " " + quote(text) + " has score " + score);
    }
    if (type < 1 || type > Type.values().length) {
      throw new TokenizerException(place + " " + quote(text) + " has unknown type " + type);
    }
    return new SentencePiece(text, score, Type.values()[(int) type - 1]);
  }
}
