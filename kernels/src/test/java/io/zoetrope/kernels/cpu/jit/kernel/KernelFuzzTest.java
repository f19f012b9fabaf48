package io.zoetrope.kernels.cpu.jit.kernel;

import io.zoetrope.encoding.CodeFormat;
import io.zoetrope.kernels.cpu.blocks.Join;
import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.code.SplitBlocks;
import io.zoetrope.kernels.cpu.jit.kernel.CombineRows.Combination;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows.Factor;
import io.zoetrope.kernels.cpu.jit.kernel.NormRows.Norm;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Kernels generated for random recipes, shapes, distances and instruction sets, against plain
 * loops, all memory between pages that may not be touched: see {@link Fuzz}.
 */
class KernelFuzzTest {
  private static final int CASES = 1500;

  private final List<Machine> machines = Machine.all().toList();

  @Test
  void randomKernels() {
    Fuzz.run("kernels", CASES, this::check);
  }

  private void check(Random random) {
    Machine machine = machines.get(random.nextInt(machines.size()));
    DType dtype = pick(random, GemmRowChecks.DTYPES);
    DType other = pick(random, GemmRowChecks.DTYPES);
    Activation activation = pick(random, Activation.values());
    int rows = 1 + random.nextInt(5);
    int columns = columns(random);
    ProductChecks products = new ProductChecks(machine, random);
    GemmRowChecks gemmRows = new GemmRowChecks(machine, random);
    RowChecks rowKernels = new RowChecks(machine, random);
    switch (random.nextInt(14)) {
      case 0, 1, 2 -> product(products, machine.set(), random);
      case 3 ->
          products.packing(
              pick(random, Lane.values()),
              1 + random.nextInt(40),
              random.nextInt(8) == 0 ? 200 + random.nextInt(400) : 1 + random.nextInt(70),
              random.nextBoolean());
      case 4 -> gemmRows.convert(dtype, other, rows, columns);
      case 5 -> gemmRows.fill(dtype, rows, columns, (float) random.nextGaussian());
      case 6 ->
          gemmRows.epilogue(
              new Epilogue(
                  machine.set(),
                  activation,
                  random.nextBoolean(),
                  pick(random, Join.values()),
                  dtype));
      case 7 -> gemmRows.softmax(dtype, random.nextBoolean(), random.nextBoolean());
      case 8 -> rowKernels.map(dtype, activation, random.nextBoolean(), rows, columns);
      case 9 -> rowKernels.combine(pick(random, Combination.values()), dtype, other, rows, columns);
      case 10 ->
          rowKernels.move(
              dtype, other, rows, columns, 1 + random.nextInt(4), 1 + random.nextInt(4));
      case 11 -> {
        int down = 1 + random.nextInt(5);
        int across = 1 + random.nextInt(5);
        rowKernels.transpose(dtype, down, across);
        rowKernels.transposePairs(down, across);
        for (CodeFormat.Value value : CodeFormat.Value.values()) {
          rowKernels.scaleCodes(value, dtype, down, across);
        }
      }
      case 12 -> gemmRows.transform(pick(random, Winograd.Part.values()), rows, columns);
      default -> rotationOrNorm(rowKernels, machine.set(), random, dtype, activation, rows);
    }
  }

  private static void product(ProductChecks checks, InstructionSet set, Random random) {
    ProductOperands operands = pick(random, ProductOperands.values());
    if (operands == ProductOperands.HALVES && !set.multipliesHalves()) {
      operands = ProductOperands.FLOATS;
    }
    boolean tiles =
        set == InstructionSet.AMX && operands == ProductOperands.HALVES && random.nextBoolean();
    int rows = 1 + random.nextInt(BlockProduct.mostRows(set, tiles));
    int unit = operands.elementsOfStep() * (tiles ? BlockProduct.TILE_STEPS : 1);
    int depth = unit * (1 + random.nextInt(tiles ? 3 : 40));
    checks.product(
        new BlockProduct(set, operands, tiles, rows, random.nextBoolean()),
        1 + random.nextInt(4),
        1 + random.nextInt(3),
        1 + random.nextInt(3),
        depth);
  }

  private static void rotationOrNorm(
      RowChecks checks,
      InstructionSet set,
      Random random,
      DType dtype,
      Activation activation,
      int rows) {
    int heads = 1 + random.nextInt(3);
    int pairs = 1 + random.nextInt(40);
    if (random.nextInt(4) == 0) {
      checks.rotate(dtype, rows, heads, pairs);
    } else {
      boolean rotate = random.nextInt(4) == 0;
      Norm norm = pick(random, Norm.values());
      // The one norm that an activation follows.
      boolean activated = norm == Norm.EUCLIDEAN && !rotate;
      NormRows recipe =
          new NormRows(
              set,
              dtype,
              norm,
              pick(random, Factor.values()),
              random.nextBoolean(),
              SplitBlocks.serve(set, dtype) && random.nextBoolean(),
              activated ? activation : Activation.NONE,
              rotate);
      checks.norm(recipe, rows, heads, pairs);
    }
  }

  /** Sizes beside multiples of the lanes as often as any others. */
  private static int columns(Random random) {
    return random.nextBoolean()
        ? pick(random, GemmRowChecks.SIZES)
        : 1 + random.nextInt(random.nextInt(10) == 0 ? 600 : 100);
  }

  private static int pick(Random random, int... values) {
    return values[random.nextInt(values.length)];
  }

  private static <T> T pick(Random random, T[] values) {
    return values[random.nextInt(values.length)];
  }
}
