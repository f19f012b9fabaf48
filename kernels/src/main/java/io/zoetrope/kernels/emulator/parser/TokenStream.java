package io.zoetrope.kernels.emulator.parser;

import io.zoetrope.kernels.emulator.fault.PtxLoadException;
import io.zoetrope.kernels.emulator.parser.PtxScanner.Token;
import java.util.List;

/** Reads tokens one after the other; what is missing is an error that names the line. */
final class TokenStream {
  private final String text;
  private final List<Token> tokens;
  private int next;

  TokenStream(String text) {
    this.text = text;
    this.tokens = PtxScanner.scan(text);
  }

  boolean atEnd() {
    return next == tokens.size();
  }

  /** Line of the next token, or of the last one at the end. */
  int line() {
    return tokens.isEmpty() ? 1 : tokens.get(Math.min(next, tokens.size() - 1)).line();
  }

  /** Whether the next token is this one. */
  boolean sees(String expected) {
    return next < tokens.size() && tokens.get(next).is(expected);
  }

  /** Takes the next token if it is this one. */
  boolean accept(String expected) {
    if (!sees(expected)) {
      return false;
    }
    next++;
    return true;
  }

  void expect(String expected) {
    if (!accept(expected)) {
      throw error("expected '" + expected + "' but found " + found());
    }
  }

  Token take() {
    if (atEnd()) {
      throw error("the text ends too early");
    }
    return tokens.get(next++);
  }

  /** Text of the next token; empty at the end. */
  String peek() {
    return atEnd() ? "" : tokens.get(next).text();
  }

  /** Takes a word: an identifier, number, directive or opcode. */
  String word() {
    Token token = take();
    char c = token.text().charAt(0);
    if (!Character.isLetterOrDigit(c) && "_$%.".indexOf(c) < 0) {
      next--;
      throw error("expected a name or number but found '" + token.text() + "'");
    }
    return token.text();
  }

  /** Takes an integer constant, with its sign. */
  long integer() {
    boolean negative = accept("-");
    String word = word();
    long value = parseInteger(word);
    return negative ? -value : value;
  }

  /** Takes an integer constant that is a size: not negative, and no larger than a Java array. */
  int size() {
    long value = integer();
    if (value < 0 || value > Integer.MAX_VALUE - 4096) {
      throw error("size " + value + " is out of range");
    }
    return (int) value;
  }

  /** Value of an integer constant: decimal, 0x, 0b or octal, with an optional U. */
  long parseInteger(String word) {
    String digits = word.endsWith("U") ? word.substring(0, word.length() - 1) : word;
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return Long.parseUnsignedLong(digits.substring(2), 16);
      }
      if (digits.startsWith("0b") || digits.startsWith("0B")) {
        return Long.parseUnsignedLong(digits.substring(2), 2);
      }
      boolean octal = digits.length() > 1 && digits.startsWith("0");
      return Long.parseUnsignedLong(digits, octal ? 8 : 10);
    } catch (NumberFormatException e) {
      throw error("'" + word + "' is not an integer constant");
    }
  }

  /** Skips to behind the next token of this kind. */
  void skipPast(String end) {
    while (!take().is(end)) {}
  }

  /** The text from one token to before the next, for messages. */
  String textSince(int start) {
    return text.substring(start, tokens.get(next - 1).end()).replaceAll("\\s+", " ");
  }

  PtxLoadException error(String message) {
    return new PtxLoadException(line(), message);
  }

  private String found() {
    return atEnd() ? "the end of the text" : "'" + tokens.get(next).text() + "'";
  }
}
