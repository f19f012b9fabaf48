package io.zoetrope.kernels.emulator.parser;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import java.util.ArrayList;
import java.util.List;

/** Splits PTX text into tokens, without comments (PTX ISA, "Syntax"). */
final class PtxScanner {
  /**
   * A token.
   *
   * @param text a word (identifier, number, directive or opcode with its modifiers), a quoted
   *     string, or one punctuation character
   * @param start position of its first character
   */
  record Token(String text, int line, int start) {
    boolean is(String other) {
      return text.equals(other);
    }

    int end() {
      return start + text.length();
    }
  }

  private final String text;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  private PtxScanner(String text) {
    this.text = text;
  }

  /** The tokens of the text. */
  static List<Token> scan(String text) {
    PtxScanner scanner = new PtxScanner(text);
    while (scanner.skipBlanks()) {
      scanner.token();
    }
    return scanner.tokens;
  }

  /** Moves to the next token; false at the end. */
  private boolean skipBlanks() {
    while (position < text.length()) {
      char c = text.charAt(position);
      if (c == '\n') {
        line++;
        position++;
      } else if (Character.isWhitespace(c) || c == 0) {
        position++;
      } else if (text.startsWith("//", position)) {
        int end = text.indexOf('\n', position);
        position = end < 0 ? text.length() : end;
      } else if (text.startsWith("/*", position)) {
        int end = text.indexOf("*/", position + 2);
        if (end < 0) {
          throw new PtxLoadException(line, "comment without end");
        }
        line += (int) text.substring(position, end).chars().filter(ch -> ch == '\n').count();
        position = end + 2;
      } else {
        return true;
      }
    }
    return false;
  }

  private void token() {
    int start = position;
    char c = text.charAt(position);
    if (c == '"') {
      int end = text.indexOf('"', position + 1);
      if (end < 0) {
        throw new PtxLoadException(line, "string without end");
      }
      position = end + 1;
    } else if (isWordCharacter(c)) {
      boolean directive = c == '.';
      do {
        position++;
      } while (position < text.length()
          && inWord()
          && !(directive && text.charAt(position) == '.'));
    } else if ("@!{}[]()<>,;:|+-=".indexOf(c) >= 0) {
      position++;
    } else {
      throw new PtxLoadException(line, "unexpected character '" + c + "'");
    }
    tokens.add(new Token(text.substring(start, position), line, start));
  }

  /**
   * A word goes on over letters, digits, {@code _ $ % .}, and over {@code ::} as in L2::128B. A
   * directive ends before its next dot, as in {@code .reg.b32}.
   */
  private boolean inWord() {
    if (text.startsWith("::", position)) {
      position++;
      return true;
    }
    return isWordCharacter(text.charAt(position));
  }

  private static boolean isWordCharacter(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || "_$%.".indexOf(c) >= 0;
  }
}
