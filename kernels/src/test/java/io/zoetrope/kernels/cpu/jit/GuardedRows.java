package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/**
 * Rows of elements in native memory that lie apart, with bytes before, between and behind them that
 * nobody may change.
 */
final class GuardedRows {
  private static final byte GUARD = (byte) 0xa5;
  private static final int MARGIN = 128;

  final DType dtype;
  final int rows;
  final int columns;
  final long pitch;
  private final MemorySegment memory;
  private final long start;

  GuardedRows(Arena arena, DType dtype, int rows, int columns, RandomGenerator random) {
    this.dtype = dtype;
    this.rows = rows;
    this.columns = columns;
    this.pitch = (columns + random.nextInt(5)) * (long) dtype.bytes();
    this.start = MARGIN + random.nextInt(16) * (long) dtype.bytes();
    memory = arena.allocate(start + rows * pitch + MARGIN, 64).fill(GUARD);
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        set(row, column, (float) random.nextGaussian());
      }
    }
  }

  long address() {
    return memory.address() + start;
  }

  private long index(int row, int column) {
    return (start + row * pitch) / dtype.bytes() + column;
  }

  float get(int row, int column) {
    return Conversions.toFloat(memory, dtype, index(row, column));
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
    for (long i = 0; i < memory.byteSize(); i++) {
      long inside = i - start;
      boolean element =
          inside >= 0 && inside < rows * pitch && inside % pitch < (long) columns * dtype.bytes();
      if (!element) {
        assertEquals(GUARD, memory.get(ValueLayout.JAVA_BYTE, i), "byte " + inside);
      }
    }
  }
}
