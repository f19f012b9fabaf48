package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.CodeFormat;
import io.zoetrope.encoding.CodePlane;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows.Combination;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows.Norm;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.util.Random;

/**
 * The kernels of memory-bound operations against their definitions in double, on random distances
 * between rows, in place and not.
 */
final class RowChecks {
  private static final double EPSILON = 1e-6;

  private final Machine machine;
  private final Random random;

  RowChecks(Machine machine, Random random) {
    this.machine = machine;
    this.random = random;
  }

  /**
   * What an element may differ by: its own rounding, and the rounding of what it was computed from.
   */
  private static double tolerance(DType dtype, double expected, double magnitude) {
    double rounding = dtype == DType.BF16 ? 0x1p-8 * 1.01 * Math.abs(expected) : 0;
    return rounding + 4e-6 * magnitude + 1e-30;
  }

  private static void compare(KernelCache.Recipe recipe, GuardedRows out, double[][] expected) {
    double largest = 0;
    for (double[] row : expected) {
      for (double value : row) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    compare(recipe, out, expected, largest);
  }

  private static void compare(
      KernelCache.Recipe recipe, GuardedRows out, double[][] expected, double magnitude) {
    for (int row = 0; row < out.rows; row++) {
      for (int column = 0; column < out.columns; column++) {
        double wanted = expected[row][column];
        String what = "%s [%d, %d]".formatted(recipe, row, column);
        double allowed = tolerance(out.dtype, wanted, magnitude);
        GemmRowChecks.assertClose(wanted, out.get(row, column), allowed, what);
      }
    }
  }

  void map(DType dtype, Activation activation, boolean clamp, int rows, int columns) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows x = run.rows(dtype, rows, columns);
      GuardedRows out = random.nextBoolean() ? x : run.rows(dtype, rows, columns);
      float min = -0.5f;
      float max = 0.75f;
      double[][] expected = x.values();
      for (double[] row : expected) {
        for (int i = 0; i < columns; i++) {
          double value = GemmRowChecks.activate(activation, row[i]);
          row[i] = clamp ? Math.clamp(value, min, max) : value;
        }
      }
      MapRows recipe = new MapRows(machine.set(), dtype, activation, clamp);
      run.call(
          recipe,
          call -> {
            call.set(MapRows.X, x.address(), x.pitch)
                .set(MapRows.OUT, out.address(), out.pitch)
                .set(MapRows.ROWS, rows)
                .set(MapRows.COLUMNS, columns);
            if (clamp) {
              call.setFloat(MapRows.MIN, min).setFloat(MapRows.MAX, max);
            }
          });
      compare(recipe, out, expected);
    }
  }

  void combine(Combination combination, DType dtype, DType other, int rows, int columns) {
    boolean sameB = random.nextBoolean();
    boolean sameGate = random.nextBoolean();
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows a = run.rows(dtype, rows, columns);
      GuardedRows b = run.rows(other, sameB ? 1 : rows, columns);
      GuardedRows gate = run.rows(DType.F32, sameGate ? 1 : rows, columns);
      GuardedRows out = random.nextBoolean() ? a : run.rows(dtype, rows, columns);
      double[][] expected = a.values();
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          double second = b.get(sameB ? 0 : row, i);
          expected[row][i] =
              switch (combination) {
                case ADD -> expected[row][i] + second;
                case MULTIPLY -> expected[row][i] * second;
                case ADD_GATED -> expected[row][i] + second * gate.get(sameGate ? 0 : row, i);
              };
        }
      }
      CombineRows recipe = new CombineRows(machine.set(), combination, dtype, other);
      run.call(
          recipe,
          call -> {
            call.set(CombineRows.A, a.address(), a.pitch)
                .set(CombineRows.B, b.address(), sameB ? 0 : b.pitch)
                .set(CombineRows.OUT, out.address(), out.pitch)
                .set(CombineRows.ROWS, rows)
                .set(CombineRows.COLUMNS, columns);
            if (combination == Combination.ADD_GATED) {
              call.set(CombineRows.GATE, gate.address(), sameGate ? 0 : gate.pitch);
            }
          });
      compare(recipe, out, expected);
    }
  }

  /** Columns of the source lie {@code step} elements apart; those of the destination, too. */
  void move(DType from, DType to, int rows, int columns, int fromStep, int toStep) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows source = run.rows(from, rows, (columns - 1) * fromStep + 1);
      GuardedRows destination = run.rows(to, rows, (columns - 1) * toStep + 1);
      GemmRowChecks.sprinkle(source, random);
      double[][] before = destination.values();
      MoveElements recipe = new MoveElements(machine.set(), from, to);
      run.call(
          recipe,
          call ->
              call.set(MoveElements.SOURCE, source.address(), source.pitch)
                  .set(MoveElements.DESTINATION, destination.address(), destination.pitch)
                  .set(MoveElements.ROWS, rows)
                  .set(MoveElements.COLUMNS, columns)
                  .set(MoveElements.SOURCE_STEP, (long) fromStep * from.bytes())
                  .set(MoveElements.DESTINATION_STEP, (long) toStep * to.bytes()));
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < destination.columns; i++) {
          float expected =
              i % toStep == 0
                  ? Conversions.round(source.get(row, i / toStep * fromStep), to)
                  : (float) before[row][i];
          assertEquals(expected, destination.get(row, i), recipe::toString);
        }
      }
    }
  }

  /** So many blocks. */
  void transpose(DType dtype, int down, int across) {
    int rows = down * TransposeBlocks.ROWS;
    int columns = across * TransposeBlocks.columns(dtype);
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows source = run.rows(dtype, columns, rows);
      GuardedRows destination = run.rows(dtype, rows, columns);
      TransposeBlocks recipe = new TransposeBlocks(dtype);
      run.call(
          recipe,
          call ->
              call.set(TransposeBlocks.SOURCE, source.address(), source.pitch)
                  .set(TransposeBlocks.DESTINATION, destination.address(), destination.pitch)
                  .set(TransposeBlocks.HEIGHT, rows)
                  .set(TransposeBlocks.WIDTH, columns));
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < columns; i++) {
          assertEquals(source.get(i, row), destination.get(row, i), recipe::toString);
        }
      }
    }
  }

  /** So many blocks of lanes that hold two elements, of rows half a matrix apart. */
  void transposePairs(int down, int across) {
    int rows = down * TransposeBlocks.ROWS;
    int lanes = across * TransposeBlocks.columns(DType.F32);
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows source = run.rows(DType.BF16, 2 * lanes, rows);
      GuardedRows destination = run.rows(DType.BF16, rows, 2 * lanes);
      TransposeBlocks recipe = new TransposeBlocks(DType.BF16, true);
      run.call(
          recipe,
          call ->
              call.set(TransposeBlocks.SOURCE, source.address(), source.pitch)
                  .set(TransposeBlocks.PAIR_PITCH, lanes * source.pitch)
                  .set(TransposeBlocks.DESTINATION, destination.address(), destination.pitch)
                  .set(TransposeBlocks.HEIGHT, rows)
                  .set(TransposeBlocks.WIDTH, lanes));
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < 2 * lanes; i++) {
          float expected = source.get(i % 2 * lanes + i / 2, row);
          assertEquals(expected, destination.get(row, i), recipe::toString);
        }
      }
    }
  }

  /** Codes of some blocks, in all the ways in which they lie there. */
  void scaleCodes(CodeFormat.Value value, DType to, int rows, int granules) {
    int bits = value == CodeFormat.Value.E4M3 ? Byte.SIZE : 2 << random.nextInt(3);
    boolean signed = value == CodeFormat.Value.INTEGER && bits == Byte.SIZE && random.nextBoolean();
    // Long rows have loops.
    int group = granules * (random.nextBoolean() ? 1 : 16) * ScaleCodes.GRANULE;
    if (bits == Byte.SIZE && random.nextBoolean()) {
      scaleCodes(value, to, rows, group, CodePlane.ofBytes(group, signed));
      return;
    }
    // A block has whole groups and whole runs.
    int run = ScaleCodes.GRANULE << random.nextInt(2);
    group = ScaleCodes.GRANULE << random.nextInt(2);
    int block = run * (Byte.SIZE / bits) << random.nextInt(2);
    block = Math.max(block, group);
    int bytes = block * bits / Byte.SIZE;
    boolean hasScale = block == group && random.nextBoolean();
    int before = Short.BYTES * (1 + random.nextInt(4));
    int scale = hasScale ? 0 : CodePlane.ELSEWHERE;
    scaleCodes(
        value,
        to,
        rows,
        group,
        new CodePlane(block, before + bytes, before, bits, run, signed, scale));
  }

  private void scaleCodes(CodeFormat.Value value, DType to, int rows, int group, CodePlane plane) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows blocks = run.rows(DType.BF16, rows, plane.bytes() / Short.BYTES);
      int groups = plane.block() / group;
      GuardedRows scales = run.rows(DType.F32, rows, groups);
      GuardedRows offsets = run.rows(DType.F32, rows, groups);
      GuardedRows destination = run.rows(to, rows, plane.block());
      int zero = plane.isSigned() ? 128 : random.nextInt(129);
      CodeFormat format = new CodeFormat(value, zero, group);
      assertTrue(ScaleCodes.takes(format, plane), plane::toString);
      boolean factors = to == DType.BF16 && random.nextBoolean();
      ScaleCodes recipe = ScaleCodes.of(machine.set(), format, plane, to, factors);
      run.call(
          recipe,
          call -> {
            call.set(ScaleCodes.CODES, blocks.address() + plane.at(), blocks.pitch)
                .set(ScaleCodes.DESTINATION, destination.address(), destination.pitch)
                .set(ScaleCodes.ROWS, rows);
            if (plane.hasScale()) {
              call.set(ScaleCodes.SCALES, blocks.address() + plane.scale(), blocks.pitch);
            } else {
              call.set(ScaleCodes.SCALES, scales.address(), scales.pitch)
                  .set(ScaleCodes.OFFSETS, offsets.address(), offsets.pitch);
            }
            if (!plane.isSigned()) {
              call.setFloat(ScaleCodes.ZERO, zero);
            }
            if (recipe.group() == 0) {
              call.set(ScaleCodes.COLUMNS, plane.block());
            }
          });
      byte[] all = new byte[256];
      float[] floats = new float[256];
      for (int i = 0; i < all.length; i++) {
        all[i] = (byte) i;
      }
      Conversions.float8ToFloats(all, DType.F8_E4M3, floats);
      for (int row = 0; row < rows; row++) {
        for (int i = 0; i < plane.block(); i++) {
          int code = code(blocks, row, i, plane);
          float number = value == CodeFormat.Value.INTEGER ? code : floats[code];
          float zeroed = plane.isSigned() ? (byte) code : number - zero;
          float expected =
              plane.hasScale()
                  ? Float.float16ToFloat((short) half(blocks, row, plane.scale())) * zeroed
                  : scales.get(row, i / group) * zeroed - offsets.get(row, i / group);
          float rounded = Conversions.round(expected, to);
          float made = destination.get(row, i);
          if (factors && made == 0 && Math.abs(rounded) < Float.MIN_NORMAL) {
            continue;
          }
          assertEquals(rounded, made, () -> "code %d in %s".formatted(code, recipe));
        }
      }
    }
  }

  private static int half(GuardedRows blocks, int row, int at) {
    return Float.floatToRawIntBits(blocks.get(row, at / Short.BYTES)) >>> Short.SIZE;
  }

  private static int code(GuardedRows blocks, int row, int index, CodePlane plane) {
    int runs = Byte.SIZE / plane.bits();
    int inRuns = index % (plane.run() * runs);
    int at = plane.at() + index / (plane.run() * runs) * plane.run() + inRuns % plane.run();
    int both = half(blocks, row, at / Short.BYTES * Short.BYTES);
    int whole = both >>> Byte.SIZE * (at % Short.BYTES) & 0xFF;
    return whole >>> inRuns / plane.run() * plane.bits() & (1 << plane.bits()) - 1;
  }

  void rotate(DType dtype, int rows, int heads, int pairs) {
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows x = run.rows(dtype, rows, 2 * heads * pairs);
      GuardedRows cos = run.rows(DType.F32, rows, pairs);
      GuardedRows sin = run.rows(DType.F32, rows, pairs);
      double[][] expected = rotated(x.values(), cos, sin);
      RotateRows recipe = new RotateRows(machine.set(), dtype);
      run.call(
          recipe,
          call ->
              call.set(RotateRows.X, x.address(), x.pitch)
                  .set(RotateRows.COS, cos.address(), cos.pitch)
                  .set(RotateRows.SIN, sin.address(), sin.pitch)
                  .set(RotateRows.ROWS, rows)
                  .set(RotateRows.HEADS, heads)
                  .set(RotateRows.HEAD_DIM, 2L * pairs));
      compare(recipe, x, expected);
    }
  }

  private static double[][] rotated(double[][] x, GuardedRows cos, GuardedRows sin) {
    double[][] rotated = new double[x.length][x[0].length];
    for (int row = 0; row < x.length; row++) {
      for (int i = 0; i < x[row].length; i += 2) {
        double c = cos.get(row, i / 2 % cos.columns);
        double s = sin.get(row, i / 2 % cos.columns);
        rotated[row][i] = x[row][i] * c - x[row][i + 1] * s;
        rotated[row][i + 1] = x[row][i] * s + x[row][i + 1] * c;
      }
    }
    return rotated;
  }

  /** {@code recipe.rotate()} takes the row as heads with pairs. */
  void norm(NormRows recipe, int rows, int heads, int pairs) {
    DType dtype = recipe.dtype();
    int columns = 2 * heads * pairs - (recipe.rotate() ? 0 : random.nextInt(2));
    boolean sameFactor = recipe.arranged() || random.nextBoolean();
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows x = run.rows(dtype, rows, columns);
      GuardedRows out = random.nextBoolean() ? x : run.rows(dtype, rows, columns);
      GuardedRows factor = run.rows(DType.F32, sameFactor ? 1 : rows, columns);
      GuardedRows offset = run.rows(DType.F32, recipe.arranged() ? 1 : rows, columns);
      GuardedRows cos = run.rows(DType.F32, rows, pairs);
      GuardedRows sin = run.rows(DType.F32, rows, pairs);
      double[][] expected = x.values();
      for (int row = 0; row < rows; row++) {
        normalise(recipe.norm(), expected[row]);
        for (int i = 0; i < columns; i++) {
          double by = factor.get(sameFactor ? 0 : row, i);
          double value =
              switch (recipe.factor()) {
                case NONE -> expected[row][i];
                case PLAIN -> expected[row][i] * by;
                case PLUS_ONE -> expected[row][i] * (1 + by);
              };
          value += recipe.offset() ? offset.get(recipe.arranged() ? 0 : row, i) : 0;
          value = GemmRowChecks.activate(recipe.activation(), value);
          expected[row][i] = recipe.rotate() ? Conversions.round((float) value, dtype) : value;
        }
      }
      if (recipe.rotate()) {
        expected = rotated(expected, cos, sin);
      }
      int parts = recipe.rotate() ? heads : 1;
      GuardedRows factors = recipe.arranged() ? arranged(run, factor, parts) : factor;
      GuardedRows offsets = recipe.arranged() ? arranged(run, offset, parts) : offset;
      run.call(
          recipe,
          call -> {
            call.set(NormRows.X, x.address(), x.pitch)
                .set(NormRows.OUT, out.address(), out.pitch)
                .set(NormRows.ROWS, rows)
                .set(NormRows.COLUMNS, columns)
                .set(NormRows.COUNT, NormRows.bits(recipe.norm(), columns))
                .set(NormRows.EPSILON, NormRows.bits(recipe.norm(), EPSILON));
            if (recipe.factor() != NormRows.Factor.NONE) {
              call.set(NormRows.FACTOR, factors.address(), sameFactor ? 0 : factors.pitch);
            }
            if (recipe.offset()) {
              call.set(NormRows.OFFSET, offsets.address(), recipe.arranged() ? 0 : offsets.pitch);
            }
            if (recipe.rotate()) {
              call.set(NormRows.COS, cos.address(), cos.pitch)
                  .set(NormRows.SIN, sin.address(), sin.pitch)
                  .set(NormRows.HEADS, heads)
                  .set(NormRows.HEAD_DIM, 2L * pairs);
            }
          });
      // What is rounded before the rotation may go the other way when it lies in the middle.
      double between = recipe.rotate() && dtype == DType.BF16 ? 0x1p-7 / 4e-6 : 1;
      double largest = 1;
      for (double[] row : expected) {
        for (double value : row) {
          largest = Math.max(largest, Math.abs(value));
        }
      }
      compare(recipe, out, expected, between * largest);
    }
  }

  private GuardedRows arranged(KernelRun run, GuardedRows vector, int heads) {
    GuardedRows arranged = run.rows(DType.F32, 1, vector.columns);
    ArrangeVector recipe = new ArrangeVector(machine.set(), DType.F32);
    long pitch = (long) vector.columns / heads * Float.BYTES;
    int headDim = vector.columns / heads;
    run.call(
        recipe,
        call ->
            call.set(ArrangeVector.SOURCE, vector.address(), pitch)
                .set(ArrangeVector.DESTINATION, arranged.address(), pitch)
                .set(ArrangeVector.HEADS, heads)
                .set(ArrangeVector.HEAD_DIM, headDim));
    return arranged;
  }

  private static void normalise(Norm norm, double[] row) {
    double mean = 0;
    for (double value : row) {
      mean += norm == Norm.LAYER ? value / row.length : 0;
    }
    double squares = 0;
    for (double value : row) {
      squares += (value - mean) * (value - mean);
    }
    double scale =
        norm == Norm.EUCLIDEAN
            ? Math.sqrt(row.length) / Math.max(Math.sqrt(squares), EPSILON)
            : 1 / Math.sqrt(squares / row.length + EPSILON);
    for (int i = 0; i < row.length; i++) {
      row[i] = (row[i] - mean) * scale;
    }
  }
}
