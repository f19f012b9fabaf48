package io.zoetrope.kernels.cpu.jit.asm;

/**
 * One of the values of 64 bits that a generated function is called with, by its name. {@link
 * ArgumentNames} makes them.
 *
 * @param <R> the recipes whose functions take it, so that the name of another one does not compile
 */
public final class Argument<R extends KernelCache.Recipe> {
  private final String name;
  private final int offset;
  private final long bit;

  Argument(String name, int position) {
    this.name = name;
    offset = position * Long.BYTES;
    bit = 1L << position;
  }

  /** Where it lies in the record of arguments, in bytes. */
  int offset() {
    return offset;
  }

  /** A mask that tells it from the other arguments of a function. */
  long bit() {
    return bit;
  }

  @Override
  public String toString() {
    return name;
  }
}
