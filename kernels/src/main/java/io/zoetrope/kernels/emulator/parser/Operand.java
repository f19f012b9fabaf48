package io.zoetrope.kernels.emulator.parser;

import java.util.List;

/** An operand of an instruction as it is written (PTX ISA, "Instruction Operands"). */
public sealed interface Operand {
  /** A register, a variable, a label or the sink {@code _}. */
  record Name(String name) implements Operand {}

  /** A negated predicate, {@code !p}. */
  record Negated(String name) implements Operand {}

  /** An integer constant. */
  record IntegerLiteral(long value) implements Operand {}

  /** A constant given by its bits as float32, {@code 0f3F800000}. */
  record FloatLiteral(int bits) implements Operand {}

  /** A constant given by its bits as float64, {@code 0d3FF0000000000000}. */
  record DoubleLiteral(long bits) implements Operand {}

  /** A memory operand, {@code [base+offset]}; the base may be missing. */
  record Address(String base, long offset) implements Operand {}

  /** A vector operand, {@code {a,b,c,d}}. */
  record Vector(List<Operand> elements) implements Operand {}

  /** A pair of destinations, {@code d|p}. */
  record Pair(Operand first, Operand second) implements Operand {}
}
