package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels around products of matrices: every variant of them on every instruction set. */
class GemmRowKernelsTest {
  private final Random random = new Random(3);

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void convertsAsTheScalarConversionDoes(Machine machine) {
    GemmRowChecks checks = new GemmRowChecks(machine, random);
    for (DType from : GemmRowChecks.DTYPES) {
      for (DType to : GemmRowChecks.DTYPES) {
        for (int columns : GemmRowChecks.SIZES) {
          checks.convert(from, to, 3, columns);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void fillsRows(Machine machine) {
    GemmRowChecks checks = new GemmRowChecks(machine, random);
    for (DType to : GemmRowChecks.DTYPES) {
      for (int columns : GemmRowChecks.SIZES) {
        checks.fill(to, 2, columns, 0.3f);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void activationsKeepTheirAccuracyOverTheWholeRange(Machine machine) {
    for (Activation activation : Activation.values()) {
      Epilogue recipe = new Epilogue(machine.set(), activation, false, Join.NONE, DType.F32);
      try (KernelRun run = new KernelRun(machine, random)) {
        GuardedRows x = run.rows(DType.F32, 1, 20_011);
        GuardedRows out = run.rows(DType.F32, 1, 20_011);
        for (int i = 0; i < x.columns; i++) {
          x.set(0, i, (i - 10_000) * (i % 2 == 0 ? 0.002f : 0.0101f));
        }
        GemmRowChecks.sprinkle(x, random);
        run.call(
            recipe,
            call ->
                call.set(Epilogue.SUMS, x.address(), x.pitch)
                    .set(Epilogue.OUT, out.address(), out.pitch)
                    .set(Epilogue.ROWS, 1)
                    .set(Epilogue.COLUMNS, x.columns));
        for (int i = 0; i < x.columns; i++) {
          double value = x.get(0, i);
          double expected = GemmRowChecks.activate(activation, value);
          // GELU is small where its two terms nearly cancel: there the error of x counts.
          double tolerance = 6e-7 * Math.abs(expected) * (1 + value * value / 4) + 1e-36;
          GemmRowChecks.assertClose(
              expected, out.get(0, i), tolerance, activation + " of " + value);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void transformsForMinimalFiltering(Machine machine) {
    GemmRowChecks checks = new GemmRowChecks(machine, random);
    for (Winograd.Part part : Winograd.Part.values()) {
      for (int elements : GemmRowChecks.SIZES) {
        checks.transform(part, 1 + elements % 3, elements);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void epilogueRoundsWhereResultsWouldBeStored(Machine machine) {
    GemmRowChecks checks = new GemmRowChecks(machine, random);
    for (DType dtype : GemmRowChecks.DTYPES) {
      for (Join join : Join.values()) {
        for (boolean bias : new boolean[] {false, true}) {
          for (Activation activation : Activation.values()) {
            for (int round = 0; round < 4; round++) {
              checks.epilogue(new Epilogue(machine.set(), activation, bias, join, dtype));
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void softmaxOverBlocksIsTheSoftmaxOfAll(Machine machine) {
    GemmRowChecks checks = new GemmRowChecks(machine, random);
    for (DType dtype : GemmRowChecks.DTYPES) {
      for (boolean bias : new boolean[] {false, true}) {
        for (int round = 0; round < 40; round++) {
          checks.softmax(dtype, bias, round % 4 == 3);
        }
      }
    }
  }
}
