package io.zoetrope.tensor;

import java.util.Arrays;

/** The sizes of a tensor's dimensions, outermost first. Immutable. */
public final class Shape {
  private final long[] sizes;

  private Shape(long[] sizes) {
    this.sizes = sizes;
  }

  /**
   * A shape of the given sizes; none at all is a scalar.
   *
   * @throws IllegalArgumentException if a size is negative or the number of elements overflows
   */
  public static Shape of(long... sizes) {
    long count = 1;
    for (long size : sizes) {
      if (size < 0) {
        throw new IllegalArgumentException("shape " + Arrays.toString(sizes) + ": negative size");
      }
      try {
        count = Math.multiplyExact(count, size);
      } catch (ArithmeticException e) {
        throw new IllegalArgumentException(
            "shape " + Arrays.toString(sizes) + ": number of elements overflows", e);
      }
    }
    return new Shape(sizes.clone());
  }

  /** Number of dimensions. */
  public int rank() {
    return sizes.length;
  }

  /** Size of a dimension; negative indices count from the last one. */
  public long size(int dimension) {
    return sizes[dimension < 0 ? dimension + sizes.length : dimension];
  }

  /** Size of a dimension as an int, for loops over it. */
  public int intSize(int dimension) {
    return Math.toIntExact(size(dimension));
  }

  /** Number of elements. */
  public long count() {
    long count = 1;
    for (long size : sizes) {
      count *= size;
    }
    return count;
  }

  /** The sizes, outermost first. */
  public long[] sizes() {
    return sizes.clone();
  }

  /** This shape with the last dimension replaced. */
  public Shape withLast(long size) {
    long[] copy = sizes.clone();
    copy[copy.length - 1] = size;
    return of(copy);
  }

  /** The same with another first dimension. */
  public Shape withFirst(long size) {
    long[] copy = sizes.clone();
    copy[0] = size;
    return of(copy);
  }

  /** Whether this shape equals the innermost dimensions of {@code other}. */
  public boolean isSuffixOf(Shape other) {
    int extra = other.rank() - rank();
    return extra >= 0 && Arrays.equals(sizes, 0, rank(), other.sizes, extra, other.rank());
  }

  /** Strides, in elements, of a contiguous row-major tensor of this shape. */
  long[] contiguousStrides() {
    long[] strides = new long[sizes.length];
    long stride = 1;
    for (int i = sizes.length - 1; i >= 0; i--) {
      strides[i] = stride;
      stride *= sizes[i];
    }
    return strides;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(sizes);
  }

  @Override
  public String toString() {
    return Arrays.toString(sizes);
  }
}
