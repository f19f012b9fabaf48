package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ErrorFunction;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.util.Random;

/**
 * The kernels around products of matrices against the definitions in double, on random sizes and
 * distances between rows.
 */
final class GemmRowChecks {
  /** Columns: ones, and those beside the numbers of lanes. */
  static final int[] SIZES = {1, 2, 7, 8, 9, 15, 16, 17, 31, 33, 67, 128, 131};

  static final DType[] DTYPES = {DType.F32, DType.BF16};

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

  private final Machine machine;
  private final Random random;

  GemmRowChecks(Machine machine, Random random) {
    this.machine = machine;
    this.random = random;
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /** Puts a special value in each row. */
  static void sprinkle(GuardedRows buffer, Random random) {
    for (int row = 0; row < buffer.rows; row++) {
      float special = SPECIAL[random.nextInt(SPECIAL.length)];
      buffer.set(row, random.nextInt(buffer.columns), special);
    }
  }

  /** The same as the scalar conversion, for special values, too. */
  void convert(DType from, DType to, int rows, int columns) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows source = run.rows(from, rows, columns);
      GuardedRows destination = run.rows(to, rows, columns);
      sprinkle(source, random);
      run.call(
          new ConvertRows(machine.set(), from, to),
          call ->
              call.set(ConvertRows.SOURCE, source.address(), source.pitch)
                  .set(ConvertRows.DESTINATION, destination.address(), destination.pitch)
                  .set(ConvertRows.ROWS, rows)
                  .set(ConvertRows.COLUMNS, columns));
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          float expected = Conversions.round(source.get(row, column), to);
          assertEquals(expected, destination.get(row, column));
        }
      }
    }
  }

  void fill(DType to, int rows, int columns, float value) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows filled = run.rows(to, rows, columns);
      run.call(
          new FillRows(machine.set(), to),
          call ->
              call.set(FillRows.DESTINATION, filled.address(), filled.pitch)
                  .set(FillRows.ROWS, rows)
                  .set(FillRows.COLUMNS, columns)
                  .setFloat(FillRows.VALUE, value));
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          assertEquals(Conversions.round(value, to), filled.get(row, column));
        }
      }
    }
  }

  /** Squares of vectors that lie row by row, or column by column. */
  void transform(Winograd.Part part, int squares, int elements) {
    int in = part.in();
    int out = part.out();
    boolean turned = random.nextBoolean();
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows x = run.rows(DType.F32, squares * in * in, elements);
      GuardedRows y = run.rows(DType.F32, squares * out * out, elements);
      GuardedRows scratch = run.rows(DType.F32, 1, WinogradTransform.SCRATCH_BYTES / Float.BYTES);
      run.call(
          new WinogradTransform(machine.set(), part),
          call ->
              call.set(WinogradTransform.X, x.address(), in * in * x.pitch)
                  .set(WinogradTransform.OUT, y.address(), out * out * y.pitch)
                  .set(WinogradTransform.SQUARES, squares)
                  .set(WinogradTransform.ELEMENTS, elements)
                  .set(WinogradTransform.X_ROWS, turned ? x.pitch : in * x.pitch)
                  .set(WinogradTransform.X_COLUMNS, turned ? in * x.pitch : x.pitch)
                  .set(WinogradTransform.OUT_ROWS, out * y.pitch)
                  .set(WinogradTransform.OUT_COLUMNS, y.pitch)
                  .set(WinogradTransform.SCRATCH, scratch.address()));
      for (int i = 0; i < squares * out * out; i++) {
        int square = i / (out * out);
        int row = i / out % out;
        int column = i % out;
        for (int element = 0; element < elements; element++) {
          double sum = 0;
          double magnitude = 0;
          for (int k = 0; k < in * in; k++) {
            int from = square * in * in + (turned ? k % in * in + k / in : k);
            double factor = (double) part.at(row, k / in) * part.at(column, k % in);
            sum += factor * x.get(from, element);
            magnitude += Math.abs(factor * x.get(from, element));
          }
          assertClose(sum, y.get(i, element), 1e-6 * magnitude, part + ", vector " + i);
        }
      }
    }
  }

  /** The end of a product: rounded where results would be stored. */
  void epilogue(Epilogue recipe) {
    DType dtype = recipe.out();
    int rows = 1 + random.nextInt(4);
    int columns = size();
    boolean inPlace = random.nextBoolean();
    boolean sameGate = random.nextBoolean();
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows sums = run.rows(DType.F32, rows, columns);
      GuardedRows bias = run.rows(DType.F32, 1, columns);
      GuardedRows out = run.rows(dtype, rows, columns);
      GuardedRows bases = inPlace ? out : run.rows(dtype, rows, columns);
      GuardedRows gate = run.rows(DType.F32, sameGate ? 1 : rows, columns);
      sums.set(0, columns / 2, 1e4f);
      double[][] before = bases.values();
      run.call(
          recipe,
          call -> {
            call.set(Epilogue.SUMS, sums.address(), sums.pitch)
                .set(Epilogue.OUT, out.address(), out.pitch)
                .set(Epilogue.ROWS, rows)
                .set(Epilogue.COLUMNS, columns);
            if (recipe.bias()) {
              call.set(Epilogue.BIAS, bias.address());
            }
            if (recipe.join() != Join.NONE) {
              call.set(Epilogue.BASE, bases.address(), bases.pitch);
            }
            if (recipe.join() == Join.ADD_GATED) {
              call.set(Epilogue.GATE, gate.address(), sameGate ? 0 : gate.pitch);
            }
          });
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          float sum = sums.get(row, column) + (recipe.bias() ? bias.get(0, column) : 0);
          double product = activate(recipe.activation(), sum);
          double base = before[row][column];
          double factor =
              recipe.join() == Join.MULTIPLY ? base : gate.get(sameGate ? 0 : row, column);
          double unit = dtype == DType.BF16 ? 0x1p-8 : 0x1p-21;
          // One unit of the product may flip when its value lies next to the middle of two.
          double tolerance = 1e-30;
          double expected =
              switch (recipe.join()) {
                case NONE -> product;
                case ADD -> base + rounded(product, dtype);
                case ADD_GATED -> base + factor * rounded(product, dtype);
                case MULTIPLY -> base * rounded(product, dtype);
              };
          tolerance += unit * Math.abs(expected);
          if (recipe.join() != Join.NONE && recipe.activation() != Activation.NONE) {
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

  /** Softmax over blocks of keys is the softmax of all. */
  void softmax(DType dtype, boolean bias, boolean masked) {
    new Attention(dtype, bias, masked).check();
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

    Attention(DType dtype, boolean biased, boolean masked) {
      this.dtype = dtype;
      this.biased = biased;
      this.masked = masked;
      keys = size();
      scores = new double[rows][blocks * keys];
      values = new double[blocks * keys][columns];
    }

    void check() {
      try (KernelRun run = new KernelRun(machine, random)) {
        GuardedRows largest = run.rows(DType.F32, 1, rows);
        GuardedRows totals = run.rows(DType.F32, 1, rows);
        GuardedRows sums = run.rows(DType.F32, rows, columns);
        largest.fill(Float.NEGATIVE_INFINITY);
        totals.fill(0);
        sums.fill(0);
        for (int block = 0; block < blocks; block++) {
          block(run, block, largest, totals, sums);
        }
        GuardedRows out = run.rows(dtype, rows, columns);
        run.call(
            new FinishRows(machine.set(), dtype),
            call ->
                call.set(FinishRows.SUMS, sums.address(), sums.pitch)
                    .set(FinishRows.TOTALS, totals.address())
                    .set(FinishRows.OUT, out.address(), out.pitch)
                    .set(FinishRows.ROWS, rows)
                    .set(FinishRows.COLUMNS, columns));
        for (int row = 0; row < rows; row++) {
          for (int column = 0; column < columns; column++) {
            compare(row, column, out.get(row, column));
          }
        }
      }
    }

    private void block(
        KernelRun run, int block, GuardedRows largest, GuardedRows totals, GuardedRows sums) {
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
          new SoftmaxRows(machine.set(), biased, dtype),
          call -> {
            call.set(SoftmaxRows.PRODUCTS, products.address(), products.pitch)
                .set(SoftmaxRows.ROWS, rows)
                .set(SoftmaxRows.WIDTH, keys)
                .setFloat(SoftmaxRows.SCALE, scale)
                .set(SoftmaxRows.LARGEST, largest.address())
                .set(SoftmaxRows.TOTALS, totals.address())
                .set(SoftmaxRows.SUMS, sums.address(), sums.pitch)
                .set(SoftmaxRows.SUM_COLUMNS, columns)
                .set(SoftmaxRows.WEIGHTS, weights.address(), weights.pitch)
                .set(SoftmaxRows.PADDED_WIDTH, padded);
            if (biased) {
              call.set(SoftmaxRows.BIAS, bias.address(), sameBias ? 0 : bias.pitch);
            }
          });
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

  static double activate(Activation activation, double x) {
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

  static void assertClose(double expected, float actual, double tolerance, String what) {
    boolean same = Double.isNaN(expected) ? Float.isNaN(actual) : actual == (float) expected;
    boolean near = Math.abs(expected - actual) <= tolerance;
    assertTrue(same || near, () -> "%s: %s instead of %s".formatted(what, actual, expected));
  }
}
