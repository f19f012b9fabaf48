package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.opcodes.RowTemplates.Comparison;
import io.zoetrope.kernels.emulator.parser.Operand;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code setp}, {@code set}, and logic on predicates (PTX ISA, "Comparison and Selection
 * Instructions").
 */
final class CompareOpcodes {
  private CompareOpcodes() {}

  static void addTo(OpcodeTable t) {
    t.as(InstructionClass.COMPARE, 0);
    t.compare("eq.s32 eq.u32 eq.b32 eq.u16 eq.b16 eq.s16", (a, b) -> a == b);
    t.compare("ne.s32 ne.u32 ne.b32 ne.u16 ne.b16 ne.s16", (a, b) -> a != b);
    t.compare("lt.s32 lt.u16 lo.u16", (a, b) -> a < b);
    t.compare("le.s32 le.u16 ls.u16", (a, b) -> a <= b);
    t.compare("gt.s32 gt.u16 hi.u16", (a, b) -> a > b);
    t.compare("ge.s32 ge.u16 hs.u16", (a, b) -> a >= b);
    t.compare("lt.s16", (a, b) -> (short) a < (short) b);
    t.compare("le.s16", (a, b) -> (short) a <= (short) b);
    t.compare("gt.s16", (a, b) -> (short) a > (short) b);
    t.compare("ge.s16", (a, b) -> (short) a >= (short) b);
    t.compare("lt.u32 lo.u32", (a, b) -> Integer.compareUnsigned(a, b) < 0);
    t.compare("le.u32 ls.u32", (a, b) -> Integer.compareUnsigned(a, b) <= 0);
    t.compare("gt.u32 hi.u32", (a, b) -> Integer.compareUnsigned(a, b) > 0);
    t.compare("ge.u32 hs.u32", (a, b) -> Integer.compareUnsigned(a, b) >= 0);
    t.compareLong("eq.s64 eq.u64 eq.b64", (a, b) -> a == b);
    t.compareLong("ne.s64 ne.u64 ne.b64", (a, b) -> a != b);
    t.compareLong("lt.s64", (a, b) -> a < b);
    t.compareLong("le.s64", (a, b) -> a <= b);
    t.compareLong("gt.s64", (a, b) -> a > b);
    t.compareLong("ge.s64", (a, b) -> a >= b);
    t.compareLong("lt.u64 lo.u64", (a, b) -> Long.compareUnsigned(a, b) < 0);
    t.compareLong("le.u64 ls.u64", (a, b) -> Long.compareUnsigned(a, b) <= 0);
    t.compareLong("gt.u64 hi.u64", (a, b) -> Long.compareUnsigned(a, b) > 0);
    t.compareLong("ge.u64 hs.u64", (a, b) -> Long.compareUnsigned(a, b) >= 0);
    floats(t);
    doubles(t);
  }

  private static void floats(OpcodeTable t) {
    t.compare("eq.f32", (a, b) -> value(a) == value(b));
    t.compare("ne.f32", (a, b) -> ordered(a, b) && value(a) != value(b));
    t.compare("lt.f32", (a, b) -> value(a) < value(b));
    t.compare("le.f32", (a, b) -> value(a) <= value(b));
    t.compare("gt.f32", (a, b) -> value(a) > value(b));
    t.compare("ge.f32", (a, b) -> value(a) >= value(b));
    t.compare("equ.f32", (a, b) -> !ordered(a, b) || value(a) == value(b));
    t.compare("neu.f32", (a, b) -> value(a) != value(b));
    t.compare("ltu.f32", (a, b) -> !(value(a) >= value(b)));
    t.compare("leu.f32", (a, b) -> !(value(a) > value(b)));
    t.compare("gtu.f32", (a, b) -> !(value(a) <= value(b)));
    t.compare("geu.f32", (a, b) -> !(value(a) < value(b)));
    t.compare("num.f32", (a, b) -> ordered(a, b));
    t.compare("nan.f32", (a, b) -> !ordered(a, b));
  }

  private static boolean ordered(int a, int b) {
    return value(a) == value(a) && value(b) == value(b);
  }

  private static void doubles(OpcodeTable t) {
    t.compareLong("eq.f64", (a, b) -> value(a) == value(b));
    t.compareLong("neu.f64", (a, b) -> value(a) != value(b));
    t.compareLong("lt.f64", (a, b) -> value(a) < value(b));
    t.compareLong("le.f64", (a, b) -> value(a) <= value(b));
    t.compareLong("gt.f64", (a, b) -> value(a) > value(b));
    t.compareLong("ge.f64", (a, b) -> value(a) >= value(b));
    t.compareLong("ltu.f64", (a, b) -> !(value(a) >= value(b)));
    t.compareLong("leu.f64", (a, b) -> !(value(a) > value(b)));
    t.compareLong("gtu.f64", (a, b) -> !(value(a) <= value(b)));
    t.compareLong("geu.f64", (a, b) -> !(value(a) < value(b)));
    t.compareLong("nan.f64", (a, b) -> value(a) != value(a) || value(b) != value(b));
    t.compareLong("num.f64", (a, b) -> value(a) == value(a) && value(b) == value(b));
  }

  private static float value(int bits) {
    return Float.intBitsToFloat(bits);
  }

  private static double value(long bits) {
    return Double.longBitsToDouble(bits);
  }

  /** {@code setp.cmp[.bool][.ftz].type p[|q], a, b[, [!]c]}. */
  static Instruction.Action setPredicate(OperandReader operands, OpcodeTable table) {
    operands.kind(InstructionClass.COMPARE);
    List<String> parts = new ArrayList<>(operands.opcode());
    parts.remove("ftz");
    boolean combined = parts.size() == 4;
    operands.requireCount(combined ? 4 : 3);
    Comparison comparison = comparison(operands, table, parts.get(1) + "." + parts.getLast(), 1);
    Operand first = operands.operand(0);
    Operand second = null;
    if (first instanceof Operand.Pair(Operand p, Operand q)) {
      first = p;
      second = q;
    }
    int target = operands.predicateTarget(first);
    int opposite = second == null ? -1 : operands.predicateTarget(second);
    if (!combined && opposite < 0) {
      return (warp, mask) -> warp.setPredicate(target, mask, comparison.lanes(warp));
    }
    String operator = combined ? parts.get(2) : "and";
    int other = combined ? operands.predicateSource(3) : -1;
    int invert = combined && operands.operand(3) instanceof Operand.Negated ? -1 : 0;
    checkOperator(operands, operator);
    return (warp, mask) -> {
      int c = other < 0 ? -1 : warp.predicate(other) ^ invert;
      int lanes = comparison.lanes(warp);
      warp.setPredicate(target, mask, combine(operator, lanes, c));
      if (opposite >= 0) {
        warp.setPredicate(opposite, mask, combine(operator, ~lanes, c));
      }
    };
  }

  /** {@code set.cmp.dtype.stype d, a, b}: all ones or 1.0 where true, otherwise zero. */
  static Instruction.Action set(OperandReader operands, OpcodeTable table) {
    operands.kind(InstructionClass.COMPARE);
    operands.requireCount(3);
    List<String> parts = new ArrayList<>(operands.opcode());
    parts.remove("ftz");
    if (parts.size() != 4) {
      throw operands.unknown();
    }
    int yes =
        switch (parts.get(2)) {
          case "u32", "s32" -> -1;
          case "f32" -> Floats.bits(1f);
          default -> throw operands.unknown();
        };
    Comparison comparison = comparison(operands, table, parts.get(1) + "." + parts.get(3), 1);
    int target = operands.wordTarget(0);
    return (warp, mask) -> {
      int lanes = comparison.lanes(warp);
      for (int rest = mask; rest != 0; rest &= rest - 1) {
        int lane = Integer.numberOfTrailingZeros(rest);
        warp.word(target)[lane] = (lanes >>> lane & 1) != 0 ? yes : 0;
      }
    };
  }

  private static Comparison comparison(
      OperandReader operands, OpcodeTable table, String name, int first) {
    Form form = table.form(name);
    if (form == null) {
      throw operands.unknown();
    }
    return form.wide()
        ? form.compare(operands.longSource(first), operands.longSource(first + 1))
        : form.compare(operands.wordSource(first), operands.wordSource(first + 1));
  }

  /** {@code and.pred}, {@code or.pred}, {@code xor.pred}, {@code not.pred}. */
  static Instruction.Action predicateLogic(OperandReader operands) {
    operands.kind(InstructionClass.COMPARE);
    String operator = operands.opcode().getFirst();
    int a = operands.predicateSource(1);
    int target = operands.predicateTarget(operands.operand(0));
    if (operator.equals("not")) {
      operands.requireCount(2);
      return (warp, mask) -> warp.setPredicate(target, mask, ~warp.predicate(a));
    }
    operands.requireCount(3);
    checkOperator(operands, operator);
    int b = operands.predicateSource(2);
    return (warp, mask) ->
        warp.setPredicate(target, mask, combine(operator, warp.predicate(a), warp.predicate(b)));
  }

  private static void checkOperator(OperandReader operands, String operator) {
    if (!List.of("and", "or", "xor").contains(operator)) {
      throw operands.unknown();
    }
  }

  private static int combine(String operator, int a, int b) {
    return switch (operator) {
      case "and" -> a & b;
      case "or" -> a | b;
      default -> a ^ b;
    };
  }
}
