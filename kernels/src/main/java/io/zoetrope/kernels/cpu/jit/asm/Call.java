package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * One call of a generated function, which is given exactly the arguments that the function reads,
 * each by its name and in any order. What is wrong about them is an {@link
 * IllegalArgumentException}; their values are trusted, as machine code has to.
 *
 * @param <R> the function's recipe
 */
public final class Call<R extends KernelCache.Recipe> {
  private final GeneratedFunction<R> function;
  private final MemorySegment record;
  private final long[] values;
  private long given;

  Call(GeneratedFunction<R> function, MemorySegment record) {
    this.function = function;
    this.record = record;
    values = new long[function.recordSize()];
  }

  /** Gives a number or an address. */
  public Call<R> set(Argument<R> argument, long value) {
    if ((function.reads() & ~given & argument.bit()) == 0) {
      throw function.refusal(argument, given);
    }
    given |= argument.bit();
    values[argument.position()] = value;
    return this;
  }

  /** Gives the bits of a float. */
  public Call<R> setFloat(Argument<R> argument, float value) {
    return set(argument, Float.floatToRawIntBits(value) & 0xffffffffL);
  }

  /** Gives the address of the first row, and the bytes from row to row. */
  public Call<R> set(RowsArgument<R> rows, long address, long pitch) {
    return set(rows.address(), address).set(rows.pitch(), pitch);
  }

  /** Runs the function. */
  public void run() {
    if (given != function.reads()) {
      throw function.incomplete(given);
    }
    MemorySegment.copy(values, 0, record, ValueLayout.JAVA_LONG, 0, values.length);
    function.code().call(record);
  }
}
