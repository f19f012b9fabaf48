package io.zoetrope.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * A typed, strided window onto {@link Storage}.
 *
 * <p>{@link #reshape}, {@link #narrow} and {@link #permute} are views: they cost nothing and share
 * memory. A tensor never owns memory; its {@link Lifetime} says how long it may be used.
 */
public final class Tensor {
  private final Storage storage;
  private final long offset;
  private final DType dtype;
  private final Shape shape;
  private final long[] strides;
  private final Lifetime lifetime;

  private Tensor(
      Storage storage, long offset, DType dtype, Shape shape, long[] strides, Lifetime lifetime) {
    this.storage = storage;
    this.offset = offset;
    this.dtype = dtype;
    this.shape = shape;
    this.strides = strides;
    this.lifetime = lifetime;
  }

  /**
   * A contiguous tensor.
   *
   * @param offset of the first element, in elements
   */
  public static Tensor contiguous(
      Storage storage, long offset, DType dtype, Shape shape, Lifetime lifetime) {
    return new Tensor(storage, offset, dtype, shape, shape.contiguousStrides(), lifetime);
  }

  /**
   * A host tensor of type F32 over a Java array, which is not copied.
   *
   * @throws IllegalArgumentException if the array's length is not the shape's number of elements
   */
  public static Tensor of(float[] values, long... sizes) {
    Shape shape = Shape.of(sizes);
    if (values.length != shape.count()) {
      throw new IllegalArgumentException(
          "%d values do not fill shape %s".formatted(values.length, shape));
    }
    return contiguous(
        new HostStorage(MemorySegment.ofArray(values)), 0, DType.F32, shape, Lifetime.UNBOUNDED);
  }

  /** A zero-filled host tensor in native memory that lives as long as it is reachable. */
  public static Tensor zeros(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    MemorySegment segment = Arena.ofAuto().allocate(Math.max(1, shape.count() * dtype.bytes()), 64);
    return contiguous(new HostStorage(segment), 0, dtype, shape, Lifetime.UNBOUNDED);
  }

  public Storage storage() {
    return storage;
  }

  /** Position of the first element in its storage, in elements. */
  public long offset() {
    return offset;
  }

  public DType dtype() {
    return dtype;
  }

  public Shape shape() {
    return shape;
  }

  /** Size of a dimension; negative indices count from the last one. */
  public long size(int dimension) {
    return shape.size(dimension);
  }

  /** Size of a dimension as an int; negative indices count from the last one. */
  public int intSize(int dimension) {
    return shape.intSize(dimension);
  }

  /** Number of elements. */
  public long count() {
    return shape.count();
  }

  /**
   * Distance, in elements, between neighbours along a dimension; negative indices count from the
   * last one.
   */
  public long stride(int dimension) {
    return strides[dimension < 0 ? dimension + strides.length : dimension];
  }

  public Lifetime lifetime() {
    return lifetime;
  }

  /** Bytes that the elements take. */
  public long byteSize() {
    return (shape.count() * dtype.bits() + 7) / 8;
  }

  /** Whether elements lie in row-major order without gaps. */
  public boolean isContiguous() {
    long expected = 1;
    for (int i = strides.length - 1; i >= 0; i--) {
      if (shape.size(i) != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape.size(i);
    }
    return true;
  }

  /**
   * The same elements under another shape. One size may be -1 and is inferred.
   *
   * @throws IllegalArgumentException if the tensor is not contiguous or the counts differ
   */
  public Tensor reshape(long... sizes) {
    long[] resolved = sizes.clone();
    long known = 1;
    int inferred = -1;
    for (int i = 0; i < resolved.length; i++) {
      if (resolved[i] == -1 && inferred < 0) {
        inferred = i;
      } else {
        known *= resolved[i];
      }
    }
    if (inferred >= 0) {
      resolved[inferred] = known == 0 ? 0 : shape.count() / known;
    }
    Shape target = Shape.of(resolved);
    if (target.count() != shape.count() || !isContiguous()) {
      throw new IllegalArgumentException(
          "reshape: %s does not fit %s".formatted(this, Arrays.toString(sizes)));
    }
    return contiguous(storage, offset, dtype, target, lifetime);
  }

  /** A range of one dimension. */
  public Tensor narrow(int dimension, long start, long length) {
    int d = dimension < 0 ? dimension + shape.rank() : dimension;
    if (start < 0 || length < 0 || start + length > shape.size(d)) {
      throw new IllegalArgumentException(
          "narrow: [%d, %d) of dimension %d is outside %s"
              .formatted(start, start + length, d, this));
    }
    long[] sizes = shape.sizes();
    sizes[d] = length;
    return new Tensor(
        storage, offset + start * strides[d], dtype, Shape.of(sizes), strides, lifetime);
  }

  /** One index of a dimension, which disappears. */
  public Tensor select(int dimension, long index) {
    int d = dimension < 0 ? dimension + shape.rank() : dimension;
    Tensor narrowed = narrow(d, index, 1);
    long[] sizes = new long[shape.rank() - 1];
    long[] kept = new long[sizes.length];
    for (int i = 0, j = 0; i < shape.rank(); i++) {
      if (i != d) {
        sizes[j] = shape.size(i);
        kept[j++] = strides[i];
      }
    }
    return new Tensor(storage, narrowed.offset, dtype, Shape.of(sizes), kept, lifetime);
  }

  /**
   * The dimensions in another order: dimension {@code i} of the result is {@code order[i]} of this.
   */
  public Tensor permute(int... order) {
    long[] sizes = new long[order.length];
    long[] permuted = new long[order.length];
    boolean[] seen = new boolean[shape.rank()];
    for (int i = 0; i < order.length; i++) {
      if (order.length != shape.rank() || seen[order[i]]) {
        throw new IllegalArgumentException(
            "permute: %s is not an order of the dimensions of %s"
                .formatted(Arrays.toString(order), this));
      }
      seen[order[i]] = true;
      sizes[i] = shape.size(order[i]);
      permuted[i] = strides[order[i]];
    }
    return new Tensor(storage, offset, dtype, Shape.of(sizes), permuted, lifetime);
  }

  /**
   * The memory of a contiguous host tensor, exactly its elements.
   *
   * @throws IllegalStateException if the tensor is not contiguous or not in host memory
   */
  public MemorySegment segment() {
    if (!isContiguous()) {
      throw new IllegalStateException("segment: " + this + " is not contiguous");
    }
    return host().segment().asSlice(offset * dtype.bits() / 8, byteSize());
  }

  /**
   * The elements in row-major order as floats; for host tensors of any layout.
   *
   * @throws IllegalStateException if the tensor is not in host memory
   */
  public float[] toFloats() {
    float[] values = new float[Math.toIntExact(shape.count())];
    MemorySegment memory = host().segment();
    if (isContiguous() && dtype == DType.F32) {
      MemorySegment.copy(
          memory.asSlice(offset * 4, byteSize()), 0, MemorySegment.ofArray(values), 0, byteSize());
      return values;
    }
    long[] index = new long[shape.rank()];
    long position = offset;
    for (int i = 0; i < values.length; i++) {
      values[i] = Conversions.toFloat(memory, dtype, position);
      for (int d = index.length - 1; d >= 0; d--) {
        position += strides[d];
        if (++index[d] < shape.size(d)) {
          break;
        }
        position -= strides[d] * shape.size(d);
        index[d] = 0;
      }
    }
    return values;
  }

  private HostStorage host() {
    if (!lifetime.isOpen()) {
      throw new IllegalStateException(this + ": its memory was released with " + lifetime);
    }
    if (storage instanceof HostStorage host) {
      return host;
    }
    throw new IllegalStateException(this + " is not in host memory");
  }

  @Override
  public String toString() {
    String weight = storage.name();
    return dtype + " " + shape + (weight.isEmpty() ? "" : " '" + weight + "'");
  }
}
