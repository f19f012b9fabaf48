package io.zoetrope.kernels.emulator.opcodes;

import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.parser.PtxType;
import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntUnaryOperator;
import java.util.function.LongUnaryOperator;

/** {@code cvt} between all types (PTX ISA, "cvt"). */
final class ConversionOpcodes {
  private static final List<String> ROUNDINGS =
      List.of("rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi");

  private static final Map<String, Form> FORMS = new ConcurrentHashMap<>();

  private ConversionOpcodes() {}

  static void addTo(OpcodeTable t) {
    t.as(InstructionClass.CONVERT, 0);
    t.binary(
        "cvt.rn.bf16x2.f32",
        (a, b) ->
            Floats.toBfloat16(Floats.float32(a)) << 16 | Floats.toBfloat16(Floats.float32(b)));
    t.binary(
        "cvt.rn.relu.bf16x2.f32",
        (a, b) ->
            Floats.toBfloat16(Floats.max(0f, Floats.float32(a))) << 16
                | Floats.toBfloat16(Floats.max(0f, Floats.float32(b))));
    t.binary(
        "cvt.rn.f16x2.f32",
        (a, b) -> Floats.toFloat16(Floats.float32(a)) << 16 | Floats.toFloat16(Floats.float32(b)));
  }

  static Instruction.Action decode(OperandReader operands) {
    List<String> parts = operands.opcode();
    if (parts.size() < 3) {
      throw operands.unknown();
    }
    PtxType to = PtxType.of(parts.get(parts.size() - 2));
    PtxType from = PtxType.of(parts.getLast());
    if (!convertible(from) || !convertible(to)) {
      throw operands.unknown();
    }
    String rounding = "";
    boolean flush = false;
    boolean saturate = false;
    boolean relu = false;
    for (String part : parts.subList(1, parts.size() - 2)) {
      switch (part) {
        case "ftz" -> flush = true;
        case "sat" -> saturate = true;
        case "relu" -> relu = true;
        default -> {
          if (!ROUNDINGS.contains(part) || !rounding.isEmpty()) {
            throw operands.unknown();
          }
          rounding = part;
        }
      }
    }
    if (!supported(from, to, rounding)) {
      throw operands.unknown();
    }
    boolean fromLong = operands.isLong(operands.operand(1)) || from.bytes() == 8;
    boolean toLong = operands.isLong(operands.operand(0));
    int targetBits = toLong ? 64 : operands.type(operands.operand(0)).bytes() * 8;
    Conversion conversion = new Conversion(from, to, rounding, flush, saturate, relu, targetBits);
    return FORMS
        .computeIfAbsent(conversion + " " + fromLong, _ -> form(conversion, fromLong, toLong))
        .bind(operands);
  }

  private static boolean convertible(PtxType type) {
    return type != null
        && switch (type) {
          case U8, S8, U16, S16, U32, S32, U64, S64, F16, BF16, F32, F64 -> true;
          default -> false;
        };
  }

  /** Directed roundings of results that are not integers are left out. */
  private static boolean supported(PtxType from, PtxType to, String rounding) {
    boolean toInteger = rounding.endsWith("i");
    if (from.floating() && !to.floating()) {
      return toInteger;
    }
    if (!from.floating() && !to.floating()) {
      return rounding.isEmpty();
    }
    return rounding.isEmpty()
        || rounding.equals("rn")
        || toInteger && from.floating()
        || rounding.equals("rz") && from == PtxType.F32 && to == PtxType.BF16;
  }

  private static Form form(Conversion c, boolean fromLong, boolean toLong) {
    if (fromLong) {
      return toLong
          ? new Form(
              InstructionClass.CONVERT,
              0,
              "ll",
              RowTemplates.LongUnary.class,
              (LongUnaryOperator) c::convert)
          : new Form(
              InstructionClass.CONVERT,
              0,
              "wl",
              RowTemplates.Narrowing.class,
              (RowTemplates.NarrowingOperator) a -> (int) c.convert(a));
    }
    return toLong
        ? new Form(
            InstructionClass.CONVERT,
            0,
            "lw",
            RowTemplates.Widening.class,
            (RowTemplates.WideningOperator) a -> c.convert(a & 0xFFFFFFFFL))
        : new Form(
            InstructionClass.CONVERT,
            0,
            "ww",
            RowTemplates.WordUnary.class,
            (IntUnaryOperator) a -> (int) c.convert(a & 0xFFFFFFFFL));
  }
}
