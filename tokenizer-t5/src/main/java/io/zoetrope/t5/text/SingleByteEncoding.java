package io.zoetrope.t5.text;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * An encoding of one byte a character that contains ASCII. Byte strings are Java strings of the
 * characters 0 to 255. A <i>sloppy</i> encoding reads unassigned bytes as Latin-1 does, and stands
 * byte 1A for U+FFFD, the trace of a byte that another program couldn't read.
 */
final class SingleByteEncoding {
  private static final char REPLACEMENT = '\uFFFD';
  private static final char SUBSTITUTE = '\u001A';
  private static final Properties TABLES = Tables.load("single-byte-encodings.properties");

  static final SingleByteEncoding LATIN_1 = latin1();
  static final SingleByteEncoding SLOPPY_WINDOWS_1252 = sloppy("windows-1252");
  static final SingleByteEncoding MAC_ROMAN = strict("macroman");

  /** Bytes left unassigned read as U+FFFD. */
  static final SingleByteEncoding WINDOWS_1252 = strict("windows-1252");

  /** What mojibake may have been read as, in the order to try. */
  static final List<SingleByteEncoding> CANDIDATES =
      List.of(
          LATIN_1,
          SLOPPY_WINDOWS_1252,
          sloppy("windows-1251"),
          sloppy("windows-1250"),
          sloppy("windows-1253"),
          sloppy("windows-1254"),
          sloppy("windows-1257"),
          strict("iso-8859-2"),
          MAC_ROMAN,
          strict("cp437"));

  private final boolean sloppy;
  private final char[] decoded;
  private final Map<Character, Character> encoded = new HashMap<>();

  private SingleByteEncoding(char[] decoded, boolean sloppy) {
    this.decoded = decoded;
    this.sloppy = sloppy;
    for (char b = 0; b < decoded.length; b++) {
      encoded.put(decoded[b], b);
    }
  }

  private static SingleByteEncoding latin1() {
    char[] decoded = new char[256];
    for (char b = 0; b < decoded.length; b++) {
      decoded[b] = b;
    }
    return new SingleByteEncoding(decoded, false);
  }

  private static SingleByteEncoding strict(String name) {
    char[] decoded = Arrays.copyOf(latin1().decoded, 256);
    TABLES.getProperty(name).getChars(0, 128, decoded, 128);
    return new SingleByteEncoding(decoded, false);
  }

  private static SingleByteEncoding sloppy(String name) {
    char[] decoded = strict(name).decoded;
    for (char b = 0x80; b < decoded.length; b++) {
      if (decoded[b] == REPLACEMENT) {
        decoded[b] = b;
      }
    }
    decoded[SUBSTITUTE] = REPLACEMENT;
    return new SingleByteEncoding(decoded, true);
  }

  boolean isSloppy() {
    return sloppy;
  }

  boolean canEncode(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      // Below 80 every character stands for its own byte, but for 1A.
      if ((c >= 0x80 || c == SUBSTITUTE) && !encoded.containsKey(c)) {
        return false;
      }
    }
    return true;
  }

  String encode(String text) {
    char[] bytes = text.toCharArray();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = bytes[i] < 0x80 ? bytes[i] : encoded.get(bytes[i]);
    }
    return new String(bytes);
  }

  String decode(String bytes) {
    char[] text = bytes.toCharArray();
    for (int i = 0; i < text.length; i++) {
      text[i] = decoded[text[i]];
    }
    return new String(text);
  }
}
