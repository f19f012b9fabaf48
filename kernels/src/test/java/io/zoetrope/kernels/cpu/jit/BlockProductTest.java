package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.emulator.X86Emulator;
import io.zoetrope.tensor.Conversions;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The microkernel and the packing of its panels against plain loops, on every instruction set. */
class BlockProductTest {
  private static final double TOLERANCE = 1e-4;

  private final Random random = new Random(7);

  @ParameterizedTest
  @EnumSource
  void multipliesTilesOfEveryHeight(InstructionSet set) {
    X86Emulator emulator = new X86Emulator();
    KernelCache kernels = new KernelCache(code -> emulator.load(code)::call);
    for (ProductOperands operands : ProductOperands.values()) {
      if (operands == ProductOperands.HALVES && !set.multipliesHalves()) {
        continue;
      }
      for (int rows = 1; rows <= BlockProduct.mostRows(set, false); rows++) {
        var plain = new BlockProduct(set, operands, false, rows, false);
        var accumulating = new BlockProduct(set, operands, false, rows, true);
        check(kernels, plain, 1, 1, 1, 2);
        check(kernels, accumulating, 3, 2, 2, 14);
        check(kernels, accumulating, 2, 3, 1, 34);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "AMX")
  void multipliesTilesOfTheMatrixUnit(InstructionSet set) {
    X86Emulator emulator = new X86Emulator();
    KernelCache kernels = new KernelCache(code -> emulator.load(code)::call);
    for (int rows = 1; rows <= BlockProduct.mostRows(set, true); rows++) {
      check(kernels, new BlockProduct(set, ProductOperands.HALVES, true, rows, false), 1, 2, 1, 32);
      check(kernels, new BlockProduct(set, ProductOperands.HALVES, true, rows, true), 3, 1, 2, 96);
    }
  }

  @ParameterizedTest
  @EnumSource(names = "AVX2")
  void thisMachineComputesWhatTheEmulatorDoes(InstructionSet set) {
    KernelCache kernels = new KernelCache(ExecutableMemory::load);
    check(kernels, new BlockProduct(set, ProductOperands.FLOATS, false, 6, true), 3, 5, 3, 51);
    check(
        kernels,
        new BlockProduct(set, ProductOperands.FLOATS_BY_HALVES, false, 5, false),
        2,
        3,
        2,
        64);
  }

  /** Compares C with sums in double. */
  private void check(
      KernelCache kernels, BlockProduct recipe, int taps, int rowTiles, int panels, int depth) {
    InstructionSet set = recipe.set();
    ProductOperands operands = recipe.operands();
    boolean halves = operands != ProductOperands.FLOATS;
    int aBytes = operands.elementBytes();
    int bBytes = halves ? Short.BYTES : Float.BYTES;
    int columns = panels * 2 * set.lanes();
    int rows = rowTiles * recipe.rows();
    int aPitch = depth + 6;
    float[] a = randoms(taps * rows * aPitch, operands == ProductOperands.HALVES);
    float[] b = randoms(columns * taps * depth, halves);
    float[] c = randoms(rows * columns, false);
    int steps = depth / operands.elementsOfStep();
    int stepBytes = operands.panelStepBytes(set);
    long panelBytes = (long) stepBytes * taps * steps;
    try (Arena arena = Arena.ofConfined()) {
      NativeWorkspace workspace = new NativeWorkspace();
      MemorySegment aMemory = memory(arena, a, aBytes);
      MemorySegment bMemory = memory(arena, b, bBytes);
      MemorySegment cMemory = memory(arena, c, Float.BYTES);
      MemorySegment packed = arena.allocate(panels * panelBytes, 64);
      pack(kernels, workspace, recipe, bMemory, packed, panels, taps * depth);
      MemorySegment offsets = arena.allocate((long) Long.BYTES * taps, Long.BYTES);
      for (int tap = 0; tap < taps; tap++) {
        offsets.setAtIndex(ValueLayout.JAVA_LONG, tap, (long) aBytes * tap * rows * aPitch);
      }
      workspace.call(
          kernels.get(recipe),
          aMemory.address(),
          (long) aBytes * aPitch,
          offsets.address(),
          taps,
          packed.address(),
          panelBytes,
          cMemory.address(),
          (long) Float.BYTES * columns,
          steps,
          rowTiles,
          panels);
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          double sum = recipe.accumulate() ? c[row * columns + column] : 0;
          for (int tap = 0; tap < taps; tap++) {
            for (int k = 0; k < depth; k++) {
              double left = a[(tap * rows + row) * aPitch + k];
              sum += left * b[(column * taps + tap) * depth + k];
            }
          }
          float actual = cMemory.getAtIndex(ValueLayout.JAVA_FLOAT, row * columns + column);
          assertEquals(sum, actual, TOLERANCE, recipe::toString);
        }
      }
    }
  }

  private static void pack(
      KernelCache kernels,
      NativeWorkspace workspace,
      BlockProduct recipe,
      MemorySegment b,
      MemorySegment packed,
      int panels,
      int depth) {
    ProductOperands operands = recipe.operands();
    int width = 2 * recipe.set().lanes();
    boolean byHalves = operands == ProductOperands.FLOATS_BY_HALVES;
    long bytes = operands == ProductOperands.FLOATS ? Float.BYTES : Short.BYTES;
    int stepBytes = operands.panelStepBytes(recipe.set());
    long steps = depth / operands.elementsOfStep();
    for (int panel = 0; panel < panels; panel++) {
      workspace.call(
          kernels.get(new PackPanel(byHalves ? PackPanel.Lane.PAIR : PackPanel.Lane.SAME)),
          b.address() + panel * width * depth * bytes,
          depth * bytes,
          bytes * operands.elementsOfStep(),
          packed.address() + panel * steps * stepBytes,
          stepBytes,
          byHalves ? width / 2 : width,
          steps,
          (long) width / 2 * depth * bytes);
    }
  }

  private static MemorySegment memory(Arena arena, float[] values, int bytes) {
    MemorySegment memory = arena.allocate((long) values.length * bytes, 64);
    for (int i = 0; i < values.length; i++) {
      if (bytes == Short.BYTES) {
        memory.setAtIndex(ValueLayout.JAVA_SHORT, i, Conversions.floatToBfloat16(values[i]));
      } else {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, i, values[i]);
      }
    }
    return memory;
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
