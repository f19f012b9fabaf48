package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.kernel.PackPanel.Lane;
import io.zoetrope.kernels.cpu.jit.memory.ProductOperands;
import io.zoetrope.tensor.DType;
import java.util.Random;

/** The microkernel and the packing of its panels against plain loops. */
final class ProductChecks {
  private final Machine machine;
  private final Random random;

  ProductChecks(Machine machine, Random random) {
    this.machine = machine;
    this.random = random;
  }

  /**
   * Compares C with sums in double. Taps are windows of one matrix that may overlap, as those of a
   * convolution do.
   */
  void product(BlockProduct recipe, int taps, int rowTiles, int panels, int depth) {
    InstructionSet set = recipe.set();
    ProductOperands operands = recipe.operands();
    boolean halves = operands == ProductOperands.HALVES;
    int columns = panels * 2 * set.lanes();
    int rows = rowTiles * recipe.rows();
    int steps = depth / operands.elementsOfStep();
    int panelLanes = operands.panelStepBytes(set) / Float.BYTES * taps * steps;
    int[] tapRows = random.ints(taps, 0, rows + 3).toArray();
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows a = run.rows(halves ? DType.BF16 : DType.F32, 2 * rows + 2, depth);
      DType ofB = operands == ProductOperands.FLOATS ? DType.F32 : DType.BF16;
      GuardedRows b = run.rows(ofB, columns, taps * depth);
      GuardedRows packed = run.rows(DType.F32, panels, panelLanes);
      GuardedRows c = run.rows(DType.F32, rows, columns);
      long[] offsets = new long[taps];
      for (int tap = 0; tap < taps; tap++) {
        offsets[tap] = tapRows[tap] * a.pitch;
      }
      GuardedRows offsetsMemory = run.longs(offsets);
      double[][] before = c.values();
      for (int panel = 0; panel < panels; panel++) {
        pack(run, recipe, b, panel, packed, (long) taps * steps);
      }
      run.call(
          recipe,
          call ->
              call.set(BlockProduct.A, a.address(), a.pitch)
                  .set(BlockProduct.OFFSETS, offsetsMemory.address())
                  .set(BlockProduct.TAPS, taps)
                  .set(BlockProduct.B, packed.address(), packed.pitch)
                  .set(BlockProduct.C, c.address(), c.pitch)
                  .set(BlockProduct.STEPS, steps)
                  .set(BlockProduct.ROW_TILES, rowTiles)
                  .set(BlockProduct.PANELS, panels));
      double[][] left = a.values();
      double[][] right = b.values();
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          double sum = recipe.accumulate() ? before[row][column] : 0;
          double magnitude = Math.abs(sum);
          for (int tap = 0; tap < taps; tap++) {
            for (int k = 0; k < depth; k++) {
              double product = left[tapRows[tap] + row][k] * right[column][tap * depth + k];
              sum += product;
              magnitude += Math.abs(product);
            }
          }
          assertEquals(sum, c.get(row, column), 2e-6 * magnitude, recipe::toString);
        }
      }
    }
  }

  private static void pack(
      KernelRun run,
      BlockProduct recipe,
      GuardedRows b,
      int panel,
      GuardedRows packed,
      long steps) {
    ProductOperands operands = recipe.operands();
    int width = 2 * recipe.set().lanes();
    boolean pairs = operands == ProductOperands.FLOATS_BY_HALVES;
    run.call(
        new PackPanel(pairs ? Lane.PAIR : Lane.SAME),
        call -> {
          call.set(PackPanel.SOURCE, b.address() + panel * width * b.pitch, b.pitch)
              .set(PackPanel.STEP_PITCH, (long) b.dtype.bytes() * operands.elementsOfStep())
              .set(
                  PackPanel.PANEL,
                  packed.address() + panel * packed.pitch,
                  operands.panelStepBytes(recipe.set()))
              .set(PackPanel.COLUMNS, pairs ? width / 2 : width)
              .set(PackPanel.STEPS, steps);
          if (pairs) {
            call.set(PackPanel.HALF_PITCH, width / 2 * b.pitch);
          }
        });
  }

  /** Every lane of a panel has the bits that it is to have. */
  void packing(Lane lane, int columns, int steps, boolean transposed) {
    // Two neighbouring halves are one lane as well as a float is.
    boolean floats = lane == Lane.SAME;
    int halves = lane == Lane.PAIR ? 2 : 1;
    try (KernelRun run = new KernelRun(machine, random)) {
      GuardedRows source =
          run.rows(
              floats ? DType.F32 : DType.BF16,
              transposed ? steps : halves * columns,
              transposed ? halves * columns : steps);
      GuardedRows panel = run.rows(DType.F32, steps, columns);
      long columnPitch = transposed ? source.dtype.bytes() : source.pitch;
      run.call(
          new PackPanel(lane),
          call -> {
            call.set(PackPanel.SOURCE, source.address(), columnPitch)
                .set(PackPanel.STEP_PITCH, transposed ? source.pitch : source.dtype.bytes())
                .set(PackPanel.PANEL, panel.address(), panel.pitch)
                .set(PackPanel.COLUMNS, columns)
                .set(PackPanel.STEPS, steps);
            if (lane == Lane.PAIR) {
              call.set(PackPanel.HALF_PITCH, columns * columnPitch);
            }
          });
      for (int step = 0; step < steps; step++) {
        for (int column = 0; column < columns; column++) {
          int row = transposed ? step : column;
          int at = transposed ? column : step;
          int expected =
              switch (lane) {
                case SAME -> source.bits(row, at);
                case ALONE -> source.halfBits(row, at);
                case WIDENED -> source.halfBits(row, at) << Short.SIZE;
                case PAIR -> {
                  int upper =
                      transposed
                          ? source.halfBits(row, at + columns)
                          : source.halfBits(row + columns, at);
                  yield source.halfBits(row, at) | upper << Short.SIZE;
                }
              };
          assertEquals(
              expected,
              panel.bits(step, column),
              "%s, step %d, column %d".formatted(lane, step, column));
        }
      }
    }
  }
}
