package io.zoetrope.kernels.emulator.opcodes;

import static io.zoetrope.kernels.emulator.opcodes.Floats.bits;
import static io.zoetrope.kernels.emulator.opcodes.Floats.float32;
import static io.zoetrope.kernels.emulator.opcodes.Floats.flush;

import io.zoetrope.kernels.emulator.report.InstructionClass;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * Arithmetic in float32 and float64 (PTX ISA, "Floating-Point Instructions"). Approximate functions
 * give the exact value rounded to float32.
 */
final class FloatOpcodes {
  private static final double LN2 = Math.log(2);

  private FloatOpcodes() {}

  /** {@code a -> d} in float32. */
  @FunctionalInterface
  interface FloatUnaryOperator {
    float apply(float a);
  }

  /** {@code (a, b) -> d} in float32. */
  @FunctionalInterface
  interface FloatBinaryOperator {
    float apply(float a, float b);
  }

  /** {@code (a, b, c) -> d} in float32. */
  @FunctionalInterface
  interface FloatTernaryOperator {
    float apply(float a, float b, float c);
  }

  static void addTo(OpcodeTable t) {
    t.as(InstructionClass.FLOAT, 1);
    binary(t, "add add.rn", (a, b) -> a + b);
    binary(t, "sub sub.rn", (a, b) -> a - b);
    binary(t, "mul mul.rn", (a, b) -> a * b);
    binary(t, "min", Floats::min);
    binary(t, "max", Floats::max);
    binary(t, "min.NaN", Math::min);
    binary(t, "max.NaN", Math::max);
    binary(t, "div.rn div.full div.approx", (a, b) -> a / b);
    unary(t, "neg", a -> -a);
    unary(t, "abs", Math::abs);
    t.binary("copysign.f32", (a, b) -> a & 0x80000000 | b & 0x7FFFFFFF);
    t.as(InstructionClass.FLOAT, 2);
    ternary(t, "fma.rn mad.rn", Math::fma);
    directed(t, "rm", Floats.Direction.DOWN);
    directed(t, "rp", Floats.Direction.UP);
    directed(t, "rz", Floats.Direction.ZERO);
    t.as(InstructionClass.SPECIAL, 1);
    unary(t, "rcp.rn rcp.approx", a -> 1 / a);
    unary(t, "sqrt.rn sqrt.approx", a -> (float) Math.sqrt(a));
    unary(t, "rsqrt.approx", a -> (float) (1 / Math.sqrt(a)));
    unary(t, "ex2.approx", a -> (float) Math.exp(a * LN2));
    unary(t, "lg2.approx", a -> (float) (Math.log(a) / LN2));
    unary(t, "sin.approx", a -> (float) Math.sin(a));
    unary(t, "cos.approx", a -> (float) Math.cos(a));
    t.unary("tanh.approx.f32", a -> bits((float) Math.tanh(float32(a))));
    float64(t);
  }

  private static void float64(OpcodeTable t) {
    t.as(InstructionClass.FLOAT, 1);
    binary64(t, "add.f64 add.rn.f64", (a, b) -> a + b);
    binary64(t, "sub.f64 sub.rn.f64", (a, b) -> a - b);
    binary64(t, "mul.f64 mul.rn.f64", (a, b) -> a * b);
    binary64(t, "div.rn.f64", (a, b) -> a / b);
    binary64(t, "min.f64", (a, b) -> a != a ? b : b != b ? a : Math.min(a, b));
    binary64(t, "max.f64", (a, b) -> a != a ? b : b != b ? a : Math.max(a, b));
    unary64(t, "neg.f64", a -> -a);
    unary64(t, "abs.f64", Math::abs);
    unary64(t, "rcp.rn.f64 rcp.approx.ftz.f64", a -> 1 / a);
    unary64(t, "sqrt.rn.f64", Math::sqrt);
    t.as(InstructionClass.FLOAT, 2);
    t.ternaryLong(
        "fma.rn.f64",
        (a, b, c) ->
            Double.doubleToRawLongBits(
                Math.fma(
                    Double.longBitsToDouble(a),
                    Double.longBitsToDouble(b),
                    Double.longBitsToDouble(c))));
  }

  private static void directed(OpcodeTable t, String modifier, Floats.Direction direction) {
    t.as(InstructionClass.FLOAT, 2);
    ternary(t, "fma." + modifier, (a, b, c) -> Floats.fma(a, b, c, direction));
    t.as(InstructionClass.FLOAT, 1);
    binary(t, "add." + modifier, (a, b) -> Floats.fma(a, 1, b, direction));
    binary(t, "sub." + modifier, (a, b) -> Floats.fma(a, 1, -b, direction));
    binary(t, "mul." + modifier, (a, b) -> direction.round((double) a * b, 0));
  }

  /** Adds forms without and with {@code .ftz} and {@code .sat}. */
  private static void unary(OpcodeTable t, String names, FloatUnaryOperator f) {
    for (String name : names.split(" ")) {
      t.unary(name + ".f32", a -> bits(f.apply(float32(a))));
      t.unary(name + ".ftz.f32", a -> bits(flush(f.apply(flush(float32(a))))));
    }
  }

  private static void binary(OpcodeTable t, String names, FloatBinaryOperator f) {
    for (String name : names.split(" ")) {
      t.binary(name + ".f32", (a, b) -> bits(f.apply(float32(a), float32(b))));
      t.binary(name + ".sat.f32", (a, b) -> bits(Floats.saturate(f.apply(float32(a), float32(b)))));
      t.binary(
          name + ".ftz.f32", (a, b) -> bits(flush(f.apply(flush(float32(a)), flush(float32(b))))));
    }
  }

  private static void ternary(OpcodeTable t, String names, FloatTernaryOperator f) {
    for (String name : names.split(" ")) {
      t.ternary(name + ".f32", (a, b, c) -> bits(f.apply(float32(a), float32(b), float32(c))));
      t.ternary(
          name + ".sat.f32",
          (a, b, c) -> bits(Floats.saturate(f.apply(float32(a), float32(b), float32(c)))));
      t.ternary(
          name + ".ftz.f32",
          (a, b, c) ->
              bits(flush(f.apply(flush(float32(a)), flush(float32(b)), flush(float32(c))))));
    }
  }

  private static void unary64(OpcodeTable t, String names, DoubleUnaryOperator f) {
    t.unaryLong(
        names, a -> Double.doubleToRawLongBits(f.applyAsDouble(Double.longBitsToDouble(a))));
  }

  private static void binary64(OpcodeTable t, String names, DoubleBinaryOperator f) {
    t.binaryLong(
        names,
        (a, b) ->
            Double.doubleToRawLongBits(
                f.applyAsDouble(Double.longBitsToDouble(a), Double.longBitsToDouble(b))));
  }
}
