package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

/**
 * What a tokenizer's files may ask for. Each bound is several times what published tokenizers have,
 * and keeps a file of a few kilobytes from taking memory or time without end.
 */
final class Bounds {
  /** Bytes of a file; published vocabularies of 256,000 pieces have half as many at most. */
  static final int FILE_BYTES = 64 << 20;

  /** Pieces of a vocabulary, and one more than the largest id of any token. */
  static final int PIECES = 1 << 20;

  /** Tokens beside the vocabulary. */
  static final int ADDED_TOKENS = 10_000;

  /** Steps of a normalizer or of a pre-tokenizer, and tokens that frame a text. */
  static final int STEPS = 64;

  /** Characters of a piece, a token, a pattern, or of what replaces something. */
  static final int CHARACTERS = 256;

  /** Characters of all pieces together. */
  private static final int ALL_CHARACTERS = 1 << 23;

  /** Values, names and brackets of a file; those of a piece are four. */
  static final int JSON_TOKENS = 8 * PIECES;

  /** How deep arrays and objects lie in each other. */
  static final int DEPTH = 32;

  /** A character of Unicode has 18 at most in another normal form. */
  private static final int GROWTH = 32;

  private static final int FREE_CHARACTERS = 1 << 16;

  private int pieces;
  private int characters;

  /** How many characters a text may have after it has been normalized. */
  static int normalizedLength(String text) {
    return (int) Math.min(Integer.MAX_VALUE, (long) GROWTH * text.length() + FREE_CHARACTERS);
  }

  /** Checks how much has become of a text. */
  static void requireLength(int length, int longest, String place) {
    if (length > longest) {
      throw new TokenizerException(
          "%s makes more than %d characters of a text: that is no normalizer of a text encoder"
              .formatted(place, longest));
    }
  }

  /** A text that the bounds allow for a piece, a token, a pattern or a replacement. */
  static String requireShort(String text, String place) {
    if (text.length() > CHARACTERS) {
      throw new TokenizerException(
          "%s has %d characters, more than the %d that a tokenizer needs: %s"
              .formatted(place, text.length(), CHARACTERS, quote(text, 40)));
    }
    return text;
  }

  /** Counts a piece of a vocabulary, and checks it and all before it. */
  String piece(String text, String place) {
    pieces++;
    characters += text.length();
    if (pieces > PIECES || characters > ALL_CHARACTERS) {
      throw new TokenizerException(
          "%s: the vocabulary has more than %d pieces or %d characters"
              .formatted(place, PIECES, ALL_CHARACTERS));
    }
    return requireShort(text, place);
  }
}
