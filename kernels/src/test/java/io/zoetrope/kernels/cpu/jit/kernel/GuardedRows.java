package io.zoetrope.kernels.cpu.jit.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cpu.jit.memory.GuardPages;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/**
 * Rows of elements in native memory that lie apart: at the start or at the end of whole pages, with
 * pages around them that nobody may touch, and bytes between and beside them that nobody may
 * change.
 */
final class GuardedRows {
  private static final byte GUARD = (byte) 0xa5;

  /** Elements between rows: none, some, or so many that rows lie in different cache lines. */
  private static final int[] GAPS = {0, 0, 1, 2, 3, 4, 16, 61};

  final DType dtype;
  final int rows;
  final int columns;
  final long pitch;
  private final MemorySegment memory;
  private final long start;
  private final long size;

  GuardedRows(Arena arena, DType dtype, int rows, int columns, RandomGenerator random) {
    this.dtype = dtype;
    this.rows = rows;
    this.columns = columns;
    pitch = (columns + GAPS[random.nextInt(GAPS.length)]) * (long) dtype.bytes();
    size = (rows - 1) * pitch + columns * (long) dtype.bytes();
    memory = GuardPages.allocate(arena, size).fill(GUARD);
    start = random.nextBoolean() ? 0 : memory.byteSize() - size;
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        set(row, column, (float) random.nextGaussian());
      }
    }
  }

  long address() {
    return memory.address() + start;
  }

  /** From the first element to the last one. */
  MemorySegment segment() {
    return memory.asSlice(start, size);
  }

  private long index(int row, int column) {
    return (start + row * pitch) / dtype.bytes() + column;
  }

  float get(int row, int column) {
    return Conversions.toFloat(memory, dtype, index(row, column));
  }

  /** The bits of an element of 32 bits. */
  int bits(int row, int column) {
    return memory.getAtIndex(ValueLayout.JAVA_INT, index(row, column));
  }

  /** The bits of an element of 16 bits. */
  int halfBits(int row, int column) {
    return memory.getAtIndex(ValueLayout.JAVA_SHORT, index(row, column)) & 0xffff;
  }

  void set(int row, int column, float value) {
    Conversions.fromFloat(memory, dtype, index(row, column), value);
  }

  void fill(float value) {
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        set(row, column, value);
      }
    }
  }

  /** The elements in double. */
  double[][] values() {
    double[][] values = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        values[row][column] = get(row, column);
      }
    }
    return values;
  }

  void checkGuards() {
    long width = (long) columns * dtype.bytes();
    checkGuard(0, start);
    for (int row = 1; row < rows; row++) {
      checkGuard(start + (row - 1) * pitch + width, start + row * pitch);
    }
    checkGuard(start + size, memory.byteSize());
  }

  private void checkGuard(long from, long to) {
    for (long i = from; i < to; i++) {
      if (memory.get(ValueLayout.JAVA_BYTE, i) != GUARD) {
        assertEquals(GUARD, memory.get(ValueLayout.JAVA_BYTE, i), "byte " + (i - start));
      }
    }
  }
}
