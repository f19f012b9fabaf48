package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.opcodes.RowTemplates.IntComparison;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.IntTernaryOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.LongComparison;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.LongTernaryOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.NarrowingOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.ShiftOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.WideningBinaryOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.WideningOperator;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.WideningTernaryOperator;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** The opcodes that apply one function lane by lane, by their full names. */
final class OpcodeTable {
  private final Map<String, Form> forms = new HashMap<>();
  private InstructionClass kind;
  private int flops;

  /** The form of an opcode; null for an unknown one. */
  Form form(String opcode) {
    return forms.get(opcode);
  }

  /** The class of the entries that follow, and their floating-point operations per lane. */
  OpcodeTable as(InstructionClass newKind, int operations) {
    kind = newKind;
    flops = operations;
    return this;
  }

  OpcodeTable unary(String names, IntUnaryOperator f) {
    return add(names, "ww", RowTemplates.WordUnary.class, f);
  }

  OpcodeTable binary(String names, IntBinaryOperator f) {
    return add(names, "www", RowTemplates.WordBinary.class, f);
  }

  OpcodeTable ternary(String names, IntTernaryOperator f) {
    return add(names, "wwww", RowTemplates.WordTernary.class, f);
  }

  OpcodeTable unaryLong(String names, LongUnaryOperator f) {
    return add(names, "ll", RowTemplates.LongUnary.class, f);
  }

  OpcodeTable binaryLong(String names, LongBinaryOperator f) {
    return add(names, "lll", RowTemplates.LongBinary.class, f);
  }

  OpcodeTable ternaryLong(String names, LongTernaryOperator f) {
    return add(names, "llll", RowTemplates.LongTernary.class, f);
  }

  OpcodeTable widening(String names, WideningOperator f) {
    return add(names, "lw", RowTemplates.Widening.class, f);
  }

  OpcodeTable widening(String names, WideningBinaryOperator f) {
    return add(names, "lww", RowTemplates.WideningBinary.class, f);
  }

  OpcodeTable widening(String names, WideningTernaryOperator f) {
    return add(names, "lwwl", RowTemplates.WideningTernary.class, f);
  }

  OpcodeTable narrowing(String names, NarrowingOperator f) {
    return add(names, "wl", RowTemplates.Narrowing.class, f);
  }

  OpcodeTable shift(String names, ShiftOperator f) {
    return add(names, "llw", RowTemplates.Shift.class, f);
  }

  OpcodeTable compare(String names, IntComparison f) {
    return add(names, "ww", RowTemplates.WordComparison.class, f);
  }

  OpcodeTable compareLong(String names, LongComparison f) {
    return add(names, "ll", RowTemplates.WideComparison.class, f);
  }

  private OpcodeTable add(String names, String signature, Class<?> template, Object function) {
    Form form = new Form(kind, flops, signature, template, function);
    for (String name : names.split(" ")) {
      if (forms.put(name, form) != null) {
        throw new IllegalStateException("opcode " + name + " stands twice in the table");
      }
    }
    return this;
  }
}
