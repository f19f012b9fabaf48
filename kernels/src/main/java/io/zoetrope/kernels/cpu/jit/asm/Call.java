package io.zoetrope.kernels.cpu.jit.asm;

/**
 * One call of a generated function, which is given exactly the arguments that the function reads,
 * each by its name and in any order. What is wrong about them is an {@link
 * IllegalArgumentException}; their values are trusted, as machine code has to.
 *
 * @param <R> the function's recipe
 */
public final class Call<R extends KernelCache.Recipe> {
  private final GeneratedFunction<R> function;
  private final ArgumentRecord record;
  private final long number;
  private long given;

  Call(GeneratedFunction<R> function, ArgumentRecord record) {
    this.function = function;
    this.record = record;
    number = record.begin();
  }

  /** Gives a number or an address. */
  public Call<R> set(Argument<R> argument, long value) {
    if ((function.reads() & ~given & argument.bit()) == 0) {
      throw function.refusal(argument, given);
    }
    given |= argument.bit();
    record.set(argument, value);
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
    if (!record.belongsTo(number)) {
      throw function.interruption();
    }
    function.code().call(record.memory());
  }
}
