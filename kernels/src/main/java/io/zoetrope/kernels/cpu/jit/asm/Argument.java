package io.zoetrope.kernels.cpu.jit.asm;

/**
 * One of the values of 64 bits that a generated function is called with, by its name. {@link
 * ArgumentNames} makes them.
 *
 * @param <R> the recipes whose functions take it, so that the name of another one does not compile
 */
public final class Argument<R extends KernelCache.Recipe> {
  private final String name;
  private final int position;

  Argument(String name, int position) {
    this.name = name;
    this.position = position;
  }

  /** Where it lies in the record of arguments, in values. */
  int position() {
    return position;
  }

  /** A mask with the bit of its position. */
  long bit() {
    return 1L << position;
  }

  @Override
  public String toString() {
    return name;
  }
}
