package io.zoetrope.kernels.emulator;

import io.zoetrope.kernels.emulator.FloatOpcodes.FloatBinaryOperator;
import io.zoetrope.kernels.emulator.FloatOpcodes.FloatUnaryOperator;
import java.util.function.IntBinaryOperator;
import java.util.function.IntUnaryOperator;

/**
 * Arithmetic in float16 and bfloat16, alone and in pairs (PTX ISA, "Half Precision Floating-Point
 * Instructions"). Every result is the exact one rounded once.
 */
final class HalfOpcodes {
  private HalfOpcodes() {}

  /** A 16-bit format: its value from bits and its bits from a value. */
  private record Format(String name, HalfReader reader, HalfWriter writer) {
    float value(int bits) {
      return reader.value(bits & 0xFFFF);
    }

    int bits(float value) {
      return writer.bits(value);
    }
  }

  @FunctionalInterface
  private interface HalfReader {
    float value(int bits);
  }

  @FunctionalInterface
  private interface HalfWriter {
    int bits(float value);
  }

  static void addTo(OpcodeTable t) {
    format(t, new Format("f16", Floats::fromFloat16, Floats::toFloat16));
    format(t, new Format("bf16", Floats::fromBfloat16, Floats::toBfloat16));
  }

  private static void format(OpcodeTable t, Format format) {
    t.as(InstructionClass.FLOAT, 1);
    binary(t, format, "add add.rn", (a, b) -> a + b);
    binary(t, format, "sub sub.rn", (a, b) -> a - b);
    binary(t, format, "mul mul.rn", (a, b) -> a * b);
    binary(t, format, "min", Floats::min);
    binary(t, format, "max", Floats::max);
    binary(t, format, "min.NaN", Math::min);
    binary(t, format, "max.NaN", Math::max);
    unary(t, format, "neg", a -> -a);
    unary(t, format, "abs", Math::abs);
    t.as(InstructionClass.SPECIAL, 1);
    unary(t, format, "tanh.approx", a -> (float) Math.tanh(a));
    unary(t, format, "ex2.approx ex2.approx.ftz", a -> (float) Math.pow(2, a));
    t.as(InstructionClass.FLOAT, 2);
    fma(t, format);
  }

  private static void unary(OpcodeTable t, Format format, String names, FloatUnaryOperator f) {
    IntUnaryOperator single = a -> format.bits(f.apply(format.value(a)));
    for (String name : names.split(" ")) {
      t.unary(name + "." + format.name(), single);
      t.unary(
          name + "." + format.name() + "x2",
          a -> single.applyAsInt(a) | single.applyAsInt(a >>> 16) << 16);
    }
  }

  private static void binary(OpcodeTable t, Format format, String names, FloatBinaryOperator f) {
    IntBinaryOperator single = (a, b) -> format.bits(f.apply(format.value(a), format.value(b)));
    for (String name : names.split(" ")) {
      t.binary(name + "." + format.name(), single);
      t.binary(
          name + "." + format.name() + "x2",
          (a, b) -> single.applyAsInt(a, b) | single.applyAsInt(a >>> 16, b >>> 16) << 16);
    }
  }

  private static void fma(OpcodeTable t, Format format) {
    RowTemplates.IntTernaryOperator single =
        (a, b, c) ->
            format.bits(
                Floats.roundToOdd((double) format.value(a) * format.value(b) + format.value(c)));
    t.ternary("fma.rn." + format.name(), single);
    t.ternary(
        "fma.rn." + format.name() + "x2",
        (a, b, c) ->
            single.applyAsInt(a, b, c) | single.applyAsInt(a >>> 16, b >>> 16, c >>> 16) << 16);
    t.ternary(
        "fma.rn.relu." + format.name(),
        (a, b, c) -> {
          int value = single.applyAsInt(a, b, c);
          return format.value(value) > 0 || format.value(value) != format.value(value) ? value : 0;
        });
  }
}
