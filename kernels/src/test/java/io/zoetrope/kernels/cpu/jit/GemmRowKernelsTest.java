package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.jit.Epilogue.Residual;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ErrorFunction;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The kernels around products of matrices, against the definitions in double. */
class GemmRowKernelsTest {
  private static final int[] SIZES = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 67, 128, 131};
  private static final DType[] DTYPES = {DType.F32, DType.BF16};
  private static final float[] SPECIAL = {
    0,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_NORMAL,
    Float.MAX_VALUE,
    0x1.01p0f,
    0x1.03p0f,
    0x1.008p-130f,
    88,
    -88,
    3e38f,
    Float.intBitsToFloat(0x7f800001),
    Float.intBitsToFloat(0xffffffff)
  };

  private final Random random = new Random(3);

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  private static void sprinkle(GuardedRows buffer, Random random) {
    for (int row = 0; row < buffer.rows; row++) {
      float special = SPECIAL[random.nextInt(SPECIAL.length)];
      buffer.set(row, random.nextInt(buffer.columns), special);
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.Machine#all")
  void convertsAsTheScalarConversionDoes(Machine machine) {
    for (DType from : DTYPES) {
      for (DType to : DTYPES) {
        MachineCode kernel = machine.code(new ConvertRows(machine.set(), from, to));
        for (int columns : SIZES) {
          try (KernelRun run = new KernelRun(random)) {
            GuardedRows source = run.rows(from, 3, columns);
            GuardedRows destination = run.rows(to, 3, columns);
            sprinkle(source, random);
            run.call(
                kernel,
                source.address(),
                source.pitch,
                destination.address(),
                destination.pitch,
                3,
                columns);
            for (int row = 0; row < 3; row++) {
              for (int column = 0; column < columns; column++) {
                assertEquals(
                    Conversions.round(source.get(row, column), to), destination.get(row, column));
              }
            }
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.Machine#all")
  void fillsRows(Machine machine) {
    for (DType to : DTYPES) {
      MachineCode kernel = machine.code(new FillRows(machine.set(), to));
      for (int columns : SIZES) {
        try (KernelRun run = new KernelRun(random)) {
          GuardedRows rows = run.rows(to, 2, columns);
          int bits = Float.floatToRawIntBits(0.3f);
          run.call(kernel, rows.address(), rows.pitch, 2, columns, bits);
          for (int column = 0; column < columns; column++) {
            assertEquals(Conversions.round(0.3f, to), rows.get(0, column));
            assertEquals(Conversions.round(0.3f, to), rows.get(1, column));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.Machine#all")
  void activationsKeepTheirAccuracyOverTheWholeRange(Machine machine) {
    for (Activation activation : Activation.values()) {
      Epilogue recipe = new Epilogue(machine.set(), activation, false, Residual.NONE, DType.F32);
      MachineCode kernel = machine.code(recipe);
      try (KernelRun run = new KernelRun(random)) {
        GuardedRows x = run.rows(DType.F32, 1, 20_011);
        GuardedRows out = run.rows(DType.F32, 1, 20_011);
        for (int i = 0; i < x.columns; i++) {
          x.set(0, i, (i - 10_000) * (i % 2 == 0 ? 0.002f : 0.0101f));
        }
        sprinkle(x, random);
        run.call(
            kernel, x.address(), x.pitch, out.address(), out.pitch, 1, x.columns, 0, 0, 0, 0, 0);
        for (int i = 0; i < x.columns; i++) {
          double value = x.get(0, i);
          double expected = activate(activation, value);
          // GELU is small where its two terms nearly cancel: there the error of x counts.
          double tolerance = 6e-7 * Math.abs(expected) * (1 + value * value / 4) + 1e-36;
          assertClose(expected, out.get(0, i), tolerance, activation + " of " + value);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.Machine#all")
  void epilogueRoundsWhereResultsWouldBeStored(Machine machine) {
    for (DType dtype : DTYPES) {
      for (Residual residual : Residual.values()) {
        for (boolean bias : new boolean[] {false, true}) {
          for (Activation activation : Activation.values()) {
            Epilogue recipe = new Epilogue(machine.set(), activation, bias, residual, dtype);
            MachineCode kernel = machine.code(recipe);
            for (int round = 0; round < 4; round++) {
              checkEpilogue(kernel, recipe);
            }
          }
        }
      }
    }
  }

  private void checkEpilogue(MachineCode kernel, Epilogue recipe) {
    DType dtype = recipe.out();
    int rows = 1 + random.nextInt(4);
    int columns = size();
    boolean inPlace = random.nextBoolean();
    boolean sameGate = random.nextBoolean();
    try (KernelRun run = new KernelRun(random)) {
      GuardedRows sums = run.rows(DType.F32, rows, columns);
      GuardedRows bias = run.rows(DType.F32, 1, columns);
      GuardedRows out = run.rows(dtype, rows, columns);
      GuardedRows residual = inPlace ? out : run.rows(dtype, rows, columns);
      GuardedRows gate = run.rows(DType.F32, sameGate ? 1 : rows, columns);
      sums.set(0, columns / 2, 1e4f);
      double[][] added = residual.values();
      run.call(
          kernel,
          sums.address(),
          sums.pitch,
          out.address(),
          out.pitch,
          rows,
          columns,
          bias.address(),
          residual.address(),
          residual.pitch,
          gate.address(),
          sameGate ? 0 : gate.pitch);
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          float sum = sums.get(row, column) + (recipe.bias() ? bias.get(0, column) : 0);
          double product = activate(recipe.activation(), sum);
          double factor = gate.get(sameGate ? 0 : row, column);
          double base = added[row][column];
          double unit = dtype == DType.BF16 ? 0x1p-8 : 0x1p-21;
          // One unit of the product may flip when its value lies next to the middle of two.
          double tolerance = 1e-30;
          double expected =
              switch (recipe.residual()) {
                case NONE -> product;
                case PLAIN -> base + rounded(product, dtype);
                case GATED -> base + factor * rounded(product, dtype);
              };
          tolerance += unit * Math.abs(expected);
          if (recipe.residual() != Residual.NONE && recipe.activation() != Activation.NONE) {
            tolerance += 2 * unit * Math.abs(product) * Math.max(1, Math.abs(factor));
          } else {
            tolerance += 1e-6 * Math.abs(product) * Math.max(1, Math.abs(factor));
          }
          assertClose(expected, out.get(row, column), tolerance, recipe.toString());
        }
      }
    }
  }

  private static double rounded(double value, DType dtype) {
    return Conversions.round((float) value, dtype);
  }

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.Machine#all")
  void softmaxOverBlocksIsTheSoftmaxOfAll(Machine machine) {
    for (DType dtype : DTYPES) {
      for (boolean bias : new boolean[] {false, true}) {
        MachineCode softmax = machine.code(new SoftmaxRows(machine.set(), bias, dtype));
        MachineCode finish = machine.code(new FinishRows(machine.set(), dtype));
        for (int round = 0; round < 40; round++) {
          new Attention(machine, dtype, bias, round % 4 == 3).check(softmax, finish);
        }
      }
    }
  }

  /** Softmax over several blocks of keys, and the sum of values with its weights. */
  private final class Attention {
    private final DType dtype;
    private final boolean biased;
    private final boolean masked;
    private final int rows = 1 + random.nextInt(5);
    private final int columns = size();
    private final float scale = 0.3f + random.nextFloat();
    private final boolean sameBias = random.nextBoolean();
    private final int keys;
    private final int blocks = 1 + random.nextInt(4);
    private final double[][] scores;
    private final double[][] values;

    Attention(Machine machine, DType dtype, boolean biased, boolean masked) {
      this.dtype = dtype;
      this.biased = biased;
      this.masked = masked;
      keys = size();
      scores = new double[rows][blocks * keys];
      values = new double[blocks * keys][columns];
    }

    void check(MachineCode softmax, MachineCode finish) {
      try (KernelRun run = new KernelRun(random)) {
        GuardedRows largest = run.rows(DType.F32, 1, rows);
        GuardedRows totals = run.rows(DType.F32, 1, rows);
        GuardedRows sums = run.rows(DType.F32, rows, columns);
        largest.fill(Float.NEGATIVE_INFINITY);
        totals.fill(0);
        sums.fill(0);
        for (int block = 0; block < blocks; block++) {
          block(run, softmax, block, largest, totals, sums);
        }
        GuardedRows out = run.rows(dtype, rows, columns);
        run.call(
            finish,
            sums.address(),
            sums.pitch,
            totals.address(),
            out.address(),
            out.pitch,
            rows,
            columns);
        for (int row = 0; row < rows; row++) {
          for (int column = 0; column < columns; column++) {
            compare(row, column, out.get(row, column));
          }
        }
      }
    }

    private void block(
        KernelRun run,
        MachineCode softmax,
        int block,
        GuardedRows largest,
        GuardedRows totals,
        GuardedRows sums) {
      int padded = keys + random.nextInt(40);
      boolean inPlace = dtype == DType.F32;
      GuardedRows products = run.rows(DType.F32, rows, inPlace ? padded : keys);
      GuardedRows bias = run.rows(DType.F32, sameBias ? 1 : rows, keys);
      GuardedRows weights = inPlace ? products : run.rows(dtype, rows, padded);
      products.set(rows - 1, keys / 2, 40 * (block + 1));
      for (int row = 0; row < rows; row++) {
        for (int key = 0; key < keys; key++) {
          // All keys of the first block, all keys of the first row, and some others.
          if (masked && (block == 0 || row == 0 || random.nextInt(3) == 0)) {
            products.set(row, key, Float.NEGATIVE_INFINITY);
          }
          double added = biased ? bias.get(sameBias ? 0 : row, key) : 0;
          scores[row][block * keys + key] = products.get(row, key) * (double) scale + added;
        }
      }
      run.call(
          softmax,
          products.address(),
          products.pitch,
          rows,
          keys,
          Float.floatToRawIntBits(scale),
          bias.address(),
          sameBias ? 0 : bias.pitch,
          largest.address(),
          totals.address(),
          sums.address(),
          sums.pitch,
          columns,
          weights.address(),
          weights.pitch,
          padded);
      for (int row = 0; row < rows; row++) {
        for (int key = keys; key < padded; key++) {
          assertEquals(0f, weights.get(row, key));
        }
        for (int key = 0; key < keys; key++) {
          for (int column = 0; column < columns; column++) {
            float value = (float) random.nextGaussian();
            if (row == 0) {
              values[block * keys + key][column] = value;
            }
            double known = values[block * keys + key][column];
            double sum = sums.get(row, column) + weights.get(row, key) * known;
            sums.set(row, column, (float) sum);
          }
        }
      }
    }

    private void compare(int row, int column, float actual) {
      double max = Double.NEGATIVE_INFINITY;
      for (double score : scores[row]) {
        max = Math.max(max, score);
      }
      double total = 0;
      double sum = 0;
      double magnitude = 0;
      for (int key = 0; key < scores[row].length; key++) {
        double weight = Math.exp(scores[row][key] - max);
        total += weight;
        sum += weight * values[key][column];
        magnitude += weight * Math.abs(values[key][column]);
      }
      // Weights and results are rounded.
      double unit = dtype == DType.BF16 ? 0x1p-7 : 2e-5;
      assertClose(sum / total, actual, unit * magnitude / total, "softmax");
    }
  }

  private static double activate(Activation activation, double x) {
    return switch (activation) {
      case NONE -> x;
      case SILU -> x / (1 + Math.exp(-x));
      case GELU_TANH ->
          x / (1 + Math.exp(-2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
      case GELU_ERF -> 0.5 * x * complement(-x / Math.sqrt(2));
    };
  }

  /** erfc by the continued fraction, where 1 - erf would cancel. */
  private static double complement(double x) {
    if (x < 2 || x == Double.POSITIVE_INFINITY) {
      return 1 - ErrorFunction.erf(x);
    }
    double fraction = x;
    for (int n = 80; n >= 1; n--) {
      fraction = x + n / 2.0 / fraction;
    }
    return Math.exp(-x * x) / (fraction * Math.sqrt(Math.PI));
  }

  private static void assertClose(double expected, float actual, double tolerance, String what) {
    boolean same = Double.isNaN(expected) ? Float.isNaN(actual) : actual == (float) expected;
    boolean near = Math.abs(expected - actual) <= tolerance;
    assertTrue(same || near, () -> "%s: %s instead of %s".formatted(what, actual, expected));
  }
}
