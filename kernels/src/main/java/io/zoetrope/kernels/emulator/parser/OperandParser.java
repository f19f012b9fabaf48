package io.zoetrope.kernels.emulator.parser;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Reads the operands of one instruction (PTX ISA, "Operands"). */
final class OperandParser {
  private final TokenStream tokens;
  private final UnaryOperator<String> scope;

  /**
   * A parser that reads from the stream.
   *
   * @param scope turns a name into the unique name of what it means in the scope at hand
   */
  OperandParser(TokenStream tokens, UnaryOperator<String> scope) {
    this.tokens = tokens;
    this.scope = scope;
  }

  /** Operands up to the semicolon, which is taken too. */
  List<Operand> operands() {
    List<Operand> operands = new ArrayList<>();
    if (!tokens.accept(";")) {
      do {
        operands.add(pair());
      } while (tokens.accept(","));
      tokens.expect(";");
    }
    return operands;
  }

  private Operand pair() {
    Operand first = operand();
    return tokens.accept("|") ? new Operand.Pair(first, operand()) : first;
  }

  private Operand operand() {
    if (tokens.accept("!")) {
      return new Operand.Negated(scope.apply(tokens.word()));
    }
    if (tokens.accept("[")) {
      return address();
    }
    if (tokens.accept("{")) {
      List<Operand> elements = new ArrayList<>();
      do {
        elements.add(scalar());
      } while (tokens.accept(","));
      tokens.expect("}");
      return new Operand.Vector(List.copyOf(elements));
    }
    return scalar();
  }

  private Operand scalar() {
    boolean negative = tokens.accept("-");
    String word = tokens.word();
    if (!startsWithDigit(word)) {
      if (negative) {
        throw tokens.error("'-" + word + "' is not an operand");
      }
      return new Operand.Name(scope.apply(word));
    }
    if (!negative && (word.startsWith("0f") || word.startsWith("0F"))) {
      return new Operand.FloatLiteral((int) bits(word, 8));
    }
    if (!negative && (word.startsWith("0d") || word.startsWith("0D"))) {
      return new Operand.DoubleLiteral(bits(word, 16));
    }
    long value = tokens.parseInteger(word);
    return new Operand.IntegerLiteral(negative ? -value : value);
  }

  private long bits(String word, int digits) {
    try {
      if (word.length() == 2 + digits) {
        return Long.parseUnsignedLong(word.substring(2), 16);
      }
    } catch (NumberFormatException e) {
      // falls through to the one message for all malformed constants
    }
    throw tokens.error("'" + word + "' is not a floating-point constant of " + digits + " digits");
  }

  private Operand address() {
    String base = null;
    long offset = 0;
    if (tokens.sees("-") || startsWithDigit(tokens.peek())) {
      offset = tokens.integer();
    } else {
      base = scope.apply(tokens.word());
      if (tokens.accept("+")) {
        offset = tokens.integer();
      } else if (tokens.sees("-")) {
        offset = tokens.integer();
      }
    }
    tokens.expect("]");
    return new Operand.Address(base, offset);
  }

  private static boolean startsWithDigit(String word) {
    return !word.isEmpty() && Character.isDigit(word.charAt(0));
  }
}
