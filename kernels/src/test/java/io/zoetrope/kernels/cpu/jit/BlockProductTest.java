package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.tensor.Conversions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The microkernel and the packing of its panels against plain loops. */
class BlockProductTest {
  private final Random random = new Random(7);

  @Test
  void multipliesEveryTileHeight() {
    for (ProductOperands operands :
        new ProductOperands[] {ProductOperands.FLOATS, ProductOperands.FLOATS_BY_HALVES}) {
      int most = BlockProduct.mostRows(InstructionSet.AVX2, false);
      for (int rows = 1; rows <= most; rows++) {
        check(new BlockProduct(InstructionSet.AVX2, operands, false, rows, false), 1, 1, 1, 1);
        check(new BlockProduct(InstructionSet.AVX2, operands, false, rows, true), 3, 2, 3, 7);
        check(new BlockProduct(InstructionSet.AVX2, operands, false, rows, true), 2, 3, 2, 64);
      }
    }
  }

  /** Compares C with sums in double. */
  private void check(BlockProduct recipe, int taps, int rowTiles, int panels, int depth) {
    KernelCache cache = new KernelCache(ExecutableMemory::load);
    InstructionSet set = recipe.set();
    boolean halves = recipe.operands() != ProductOperands.FLOATS;
    int width = 2 * set.lanes();
    int columns = panels * width;
    int rows = rowTiles * recipe.rows();
    int aPitch = depth + 3;
    float[] a = randoms(taps * rows * aPitch, false);
    float[] b = randoms(columns * taps * depth, halves);
    float[] c = randoms(rows * columns, false);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment aMemory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, a);
      MemorySegment cMemory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, c);
      MemorySegment bMemory = arena.allocate((long) b.length * (halves ? 2 : 4));
      for (int i = 0; i < b.length; i++) {
        if (halves) {
          bMemory.setAtIndex(ValueLayout.JAVA_SHORT, i, Conversions.floatToBfloat16(b[i]));
        } else {
          bMemory.setAtIndex(ValueLayout.JAVA_FLOAT, i, b[i]);
        }
      }
      MemorySegment arguments = arena.allocate(16 * 8, 8);
      int stepBytes = recipe.operands().panelStepBytes(set);
      long panelBytes = (long) stepBytes * taps * depth;
      MemorySegment packed = arena.allocate(panels * panelBytes, 64);
      int bytes = halves ? 2 : 4;
      for (int panel = 0; panel < panels; panel++) {
        fill(
            arguments,
            bMemory.address() + (long) panel * width * taps * depth * bytes,
            (long) taps * depth * bytes,
            bytes,
            packed.address() + panel * panelBytes,
            stepBytes,
            halves ? width / 2 : width,
            (long) taps * depth,
            (long) width / 2 * taps * depth * bytes);
        cache
            .get(new PackPanel(halves ? PackPanel.Lane.PAIR : PackPanel.Lane.SAME))
            .call(arguments);
      }
      MemorySegment offsets = arena.allocate(8L * taps, 8);
      for (int tap = 0; tap < taps; tap++) {
        offsets.setAtIndex(ValueLayout.JAVA_LONG, tap, 4L * tap * rows * aPitch);
      }
      fill(
          arguments,
          aMemory.address(),
          4L * aPitch,
          offsets.address(),
          taps,
          packed.address(),
          panelBytes,
          cMemory.address(),
          4L * columns,
          depth,
          rowTiles,
          panels);
      cache.get(recipe).call(arguments);
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          double sum = recipe.accumulate() ? c[row * columns + column] : 0;
          for (int tap = 0; tap < taps; tap++) {
            for (int k = 0; k < depth; k++) {
              sum +=
                  (double) a[(tap * rows + row) * aPitch + k]
                      * b[(column * taps + tap) * depth + k];
            }
          }
          assertEquals(
              sum,
              cMemory.getAtIndex(ValueLayout.JAVA_FLOAT, row * columns + column),
              1e-4,
              () -> recipe.toString());
        }
      }
    }
  }

  private static void fill(MemorySegment arguments, long... values) {
    for (int i = 0; i < values.length; i++) {
      arguments.setAtIndex(ValueLayout.JAVA_LONG, i, values[i]);
    }
  }

  private float[] randoms(int count, boolean halves) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      float value = (float) random.nextGaussian();
      values[i] = halves ? Conversions.bfloat16ToFloat(Conversions.floatToBfloat16(value)) : value;
    }
    return values;
  }
}
