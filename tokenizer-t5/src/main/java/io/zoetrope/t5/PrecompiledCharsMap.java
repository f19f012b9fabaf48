package io.zoetrope.t5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Replacement table of a SentencePiece normaliser: UTF-8 keys in a double array of the Darts-clone
 * library, each with the offset of its NUL-terminated replacement. Layout: size of the array in
 * bytes (uint32), the array (uint32 units), the replacements; little endian.
 */
final class PrecompiledCharsMap {
  /** What {@link #shortestMatch} and {@link #longestMatch} return where no key matches. */
  static final long NO_MATCH = -1;

  private static final int LEAF_FLAG = 1 << 8;
  private static final int LABEL_MASK = 1 << 31 | 0xFF;

  /** Ten times what published tables have. */
  private static final int MAX_BYTES = 4 << 20;

  private final String place;
  private final int[] units;
  private final byte[] replacements;

  /**
   * Replacements met so far, by offset; threads may fill it at the same time, with equal strings.
   */
  private final String[] decoded;

  /**
   * @param place names the file and field in messages
   * @throws TokenizerException if sizes don't fit or the replacements are no UTF-8
   */
  PrecompiledCharsMap(byte[] blob, String place) {
    this.place = place;
    if (blob.length > MAX_BYTES) {
      throw new TokenizerException(
          "%s: precompiled character map of %d bytes is larger than %d MiB"
              .formatted(place, blob.length, MAX_BYTES >> 20));
    }
    if (blob.length < Integer.BYTES) {
      throw new TokenizerException(
          place
              + ": precompiled character map of "
              + blob.length
              + " bytes is too short for its header");
    }
    ByteBuffer buffer = ByteBuffer.wrap(blob).order(ByteOrder.LITTLE_ENDIAN);
    long trieBytes = Integer.toUnsignedLong(buffer.getInt());
    if (trieBytes == 0 || trieBytes % Integer.BYTES != 0 || trieBytes > buffer.remaining()) {
      throw new TokenizerException(
          "%s: precompiled character map claims a table of %d bytes, but %d follow"
              .formatted(place, trieBytes, buffer.remaining()));
    }
    units = new int[(int) trieBytes / Integer.BYTES];
    buffer.asIntBuffer().get(units);
    replacements = new byte[blob.length - Integer.BYTES - (int) trieBytes];
    buffer.position(Integer.BYTES + (int) trieBytes).get(replacements);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      throw new TokenizerException(
          place + ": replacements of the precompiled character map are not UTF-8", e);
    }
    decoded = new String[replacements.length];
    checkTargets();
    checkLengths();
  }

  /** Names the file and field in messages. */
  String place() {
    return place;
  }

  /** A few long replacements, each of them the end of another, would take memory without end. */
  private void checkLengths() {
    int length = 0;
    for (byte b : replacements) {
      length = b == 0 ? 0 : length + 1;
      if (length > Bounds.CHARACTERS) {
        throw new TokenizerException(
            "%s: a replacement of the precompiled character map has more than %d bytes"
                .formatted(place, Bounds.CHARACTERS));
      }
    }
  }

  /** Every unit must lead into the table or to a replacement, so that look-ups need no checks. */
  private void checkTargets() {
    for (int i = 0; i < units.length; i++) {
      int unit = units[i];
      boolean isLeaf = unit < 0;
      if (!isLeaf && (unit & LEAF_FLAG) != 0) {
        int leaf = i ^ offset(unit);
        if (leaf >= units.length || (units[leaf] & Integer.MAX_VALUE) >= replacements.length) {
          throw new TokenizerException(
              place + ": unit " + i + " of the precompiled character map points outside the table");
        }
      }
    }
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  /**
   * Longest key that is a prefix of {@code utf8[from, to)}, as {@code bytes of the key << 32 |
   * offset of its replacement}.
   */
  long longestMatch(byte[] utf8, int from, int to) {
    return match(utf8, from, to, false);
  }

  /**
   * Shortest key that is a prefix of {@code utf8[from, to)}, in the form of {@link #longestMatch}.
   */
  long shortestMatch(byte[] utf8, int from, int to) {
    return match(utf8, from, to, true);
  }

  private long match(byte[] utf8, int from, int to, boolean first) {
    long match = NO_MATCH;
    int position = offset(units[0]);
    for (int i = from; i < to; i++) {
      int label = utf8[i] & 0xFF;
      position ^= label;
      // Label 0 marks leaves, so NUL is in no key.
      if (label == 0 || position >= units.length || (units[position] & LABEL_MASK) != label) {
        break;
      }
      int unit = units[position];
      position ^= offset(unit);
      if ((unit & LEAF_FLAG) != 0) {
        match = (long) (i + 1 - from) << 32 | units[position] & Integer.MAX_VALUE;
        if (first) {
          break;
        }
      }
    }
    return match;
  }

  static int matchedBytes(long match) {
    return (int) (match >>> 32);
  }

  /** Replacement of a match; may be empty. */
  String replacement(long match) {
    int from = (int) match;
    String text = decoded[from];
    if (text == null) {
      int to = from;
      while (to < replacements.length && replacements[to] != 0) {
        to++;
      }
      text = new String(replacements, from, to - from, StandardCharsets.UTF_8);
      decoded[from] = text;
    }
    return text;
  }
}
