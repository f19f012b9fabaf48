package io.zoetrope.kernels.emulator.fault;

import java.io.Serializable;

/** A size or an index in three dimensions, x running fastest. */
public record Dim3(int x, int y, int z) implements Serializable {
  /** Number of elements of a box of this size. */
  public long volume() {
    return (long) x * y * z;
  }

  /** Index of the element with the given running number in a box of this size. */
  public Dim3 at(long number) {
    return new Dim3((int) (number % x), (int) (number / x % y), (int) (number / x / y));
  }

  @Override
  public String toString() {
    return "(" + x + "," + y + "," + z + ")";
  }
}
