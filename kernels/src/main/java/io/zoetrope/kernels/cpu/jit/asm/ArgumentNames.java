package io.zoetrope.kernels.cpu.jit.asm;

/**
 * Makes the names of the arguments that functions of one kind take. Their order is that of the
 * record which a function is called with.
 *
 * @param <R> the recipes of these functions
 */
public final class ArgumentNames<R extends KernelCache.Recipe> {
  /** Most arguments of a function: each has a bit of a mask. */
  static final int MOST = Long.SIZE;

  private int count;

  /** Names the next value. */
  public Argument<R> value(String name) {
    if (count == MOST) {
      throw new IllegalStateException("'%s' is one argument too many".formatted(name));
    }
    return new Argument<>(name, count++);
  }

  /** Names the next two values: where rows begin, and how many bytes they lie apart. */
  public RowsArgument<R> rows(String name) {
    return new RowsArgument<>(value(name), value("bytes between rows of " + name));
  }
}
