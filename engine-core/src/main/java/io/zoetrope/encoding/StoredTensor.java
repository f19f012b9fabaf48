package io.zoetrope.encoding;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.stream.LongStream;

/**
 * A tensor as a file, or whoever else has it, stores it. Its numbers are read piece by piece into
 * memory of the reader's own: what a file holds may vanish at any time, and machine code that read
 * it where it lies would end the process then.
 *
 * @param name for errors and reports; empty if it has none
 * @param encoding how its bytes become numbers
 * @param shape sizes, outermost first; whole blocks of the encoding in all
 * @param bytes where its bytes are
 * @param lifetime how long they may be read
 */
public record StoredTensor(
    String name, Encoding encoding, Shape shape, StoredBytes bytes, Lifetime lifetime) {
  /** Elements that are decoded at once: some tens of microseconds, and little memory. */
  private static final int PIECE = 1 << 14;

  /** Elements that one task decodes where several threads do it. */
  private static final long TASK = 1 << 16;

  /** Bytes that are compared at once. */
  private static final long COMPARED = 1 << 20;

  private static final int ALIGNMENT = 64;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * A stored tensor.
   *
   * @throws IllegalArgumentException if the elements do not fill whole blocks
   */
  public StoredTensor {
    if (shape.count() % encoding.block() != 0) {
      throw new IllegalArgumentException(
          "tensor '%s' of shape %s does not fill blocks of %d elements, which %s is stored in"
              .formatted(name, shape, encoding.block(), encoding.name()));
    }
  }

  /**
   * A tensor in host memory, as one that is stored there.
   *
   * @throws IllegalStateException if it is not contiguous or not in host memory
   */
  public static StoredTensor of(String name, Tensor tensor) {
    StoredBytes bytes = new StoredBytes.InMemory(tensor.segment());
    return new StoredTensor(
        name, new Plain(tensor.dtype()), tensor.shape(), bytes, tensor.lifetime());
  }

  /** A tensor that nobody has: for models that are loaded but not computed. */
  public static StoredTensor withoutElements(String name, DType dtype, Shape shape) {
    StoredBytes none =
        (_, _) -> {
          throw new IllegalStateException("tensor '" + name + "' has no elements");
        };
    return new StoredTensor(name, new Plain(dtype), shape, none, Lifetime.UNBOUNDED);
  }

  /** The same tensor under another name. */
  public StoredTensor withName(String other) {
    return new StoredTensor(other, encoding, shape, bytes, lifetime);
  }

  /** The same bytes, understood in another way. */
  public StoredTensor withEncoding(Encoding other) {
    return new StoredTensor(name, other, shape, bytes, lifetime);
  }

  /**
   * The same elements in another shape.
   *
   * @throws IllegalArgumentException if it has another number of elements
   */
  public StoredTensor withShape(Shape other) {
    if (other.count() != shape.count()) {
      throw new IllegalArgumentException("%s cannot have the shape %s".formatted(this, other));
    }
    return new StoredTensor(name, encoding, other, bytes, lifetime);
  }

  /**
   * Some neighbours along the outermost dimension.
   *
   * @param first index of the first one
   * @param count how many
   * @throws IllegalArgumentException if there are not so many, or they do not fill whole blocks
   */
  public StoredTensor rows(long first, long count) {
    if (shape.rank() == 0 || first < 0 || count < 0 || first > shape.size(0) - count) {
      throw new IllegalArgumentException("%s has no rows %d + %d".formatted(this, first, count));
    }
    long[] sizes = shape.sizes();
    long row = sizes[0] == 0 ? 0 : shape.count() / sizes[0];
    if (first * row % encoding.block() != 0) {
      throw new IllegalArgumentException(
          "%s: row %d begins inside of a block".formatted(this, first));
    }
    sizes[0] = count;
    long start = encoding.bytes(first * row);
    StoredBytes part = (position, to) -> bytes.read(start + position, to);
    return new StoredTensor(name, encoding.from(first * row), Shape.of(sizes), part, lifetime);
  }

  /**
   * The first rows and columns of a matrix, the others of which only fill it up.
   *
   * @throws IllegalArgumentException if it is no matrix, or has not so many
   */
  public StoredTensor cut(Shape smaller) {
    if (shape.rank() != 2
        || smaller.rank() != 2
        || smaller.size(0) > shape.size(0)
        || smaller.size(1) > shape.size(1)) {
      throw new IllegalArgumentException("%s cannot be cut to %s".formatted(this, smaller));
    }
    StoredTensor rows = rows(0, smaller.size(0));
    return rows.shape().equals(smaller)
        ? rows
        : new StoredTensor(
            name, new Plain(DType.F32), smaller, new Columns(rows, smaller.size(1)), lifetime);
  }

  /** Number of elements. */
  public long count() {
    return shape.count();
  }

  /** Bytes that the elements take where they are stored. */
  public long byteSize() {
    return encoding.bytes(count());
  }

  /** Bytes of memory that some of its elements take: none where they are in a file. */
  public long heldBytes(long elements) {
    return bytes.takesMemory() ? byteSize() * elements / Math.max(1, count()) : 0;
  }

  /** What its numbers become when they are used: {@link Encoding#used}. */
  public DType used(DType rounding) {
    return encoding.used(rounding);
  }

  /** Whether the stored bytes are elements of this dtype already. */
  public boolean isPlain(DType dtype) {
    return encoding instanceof Plain plain && plain.dtype() == dtype;
  }

  /** The elements where they lie, if that is in memory and in this dtype. */
  public Optional<MemorySegment> inMemory(DType dtype) {
    return isPlain(dtype) && bytes instanceof StoredBytes.InMemory memory
        ? Optional.of(memory.segment())
        : Optional.empty();
  }

  /**
   * Fills a segment with neighbouring elements in a dtype, rounded to it if need be.
   *
   * @param first index of the first one, in row-major order
   * @param dtype F32 or BF16
   * @param out memory of the caller's own
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  public void read(long first, DType dtype, MemorySegment out) {
    requireOpen();
    if (isPlain(dtype)) {
      bytes.read(first * dtype.bytes(), out);
      return;
    }
    decode(
        first,
        out.byteSize() / dtype.bytes(),
        (at, values, from, count) -> {
          if (dtype == DType.F32) {
            MemorySegment.copy(values, from, out, FLOAT, at * Float.BYTES, count);
          } else {
            short[] halves = new short[count];
            for (int i = 0; i < count; i++) {
              halves[i] = Conversions.floatToBfloat16(values[from + i]);
            }
            MemorySegment.copy(halves, 0, out, SHORT, at * Short.BYTES, count);
          }
        });
  }

  /**
   * Fills a segment with the bytes of neighbouring elements.
   *
   * @param first index of the first one of a block, in row-major order
   * @param out memory of the caller's own
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  public void readBytes(long first, MemorySegment out) {
    requireOpen();
    bytes.read(encoding.bytes(first), out);
  }

  /**
   * Fills a segment with bytes as they are stored.
   *
   * @param position of the first one, from the start of the tensor's bytes
   * @param out memory of the caller's own
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  public void readStored(long position, MemorySegment out) {
    requireOpen();
    bytes.read(position, out);
  }

  /**
   * Reads neighbouring elements as floats.
   *
   * @param first index of the first one, in row-major order
   * @param out takes {@code count} numbers from index {@code to} on
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  public void read(long first, float[] out, int to, int count) {
    requireOpen();
    decode(
        first,
        count,
        (at, values, from, length) ->
            System.arraycopy(values, from, out, to + Math.toIntExact(at), length));
  }

  /**
   * Unpacks the codes of whole rows, where {@link Encoding#codes} says how.
   *
   * @param first index of the first element, a multiple of {@code row}
   * @param count how many elements, a multiple of {@code row}
   * @throws RuntimeException if the bytes are not there any more; the message says which file
   */
  public void unpack(long first, int count, int row, GroupedCodes out) {
    requireOpen();
    if (bytes instanceof StoredBytes.InMemory(MemorySegment segment)) {
      MemorySegment part = segment.asSlice(encoding.bytes(first), encoding.bytes(count));
      encoding.unpack(part, first, count, row, out);
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment part = arena.allocate(encoding.bytes(count), ALIGNMENT);
      bytes.read(encoding.bytes(first), part);
      encoding.unpack(part, first, count, row, out);
    }
  }

  /** Whether another tensor has the same encoding, shape and bytes. */
  public boolean hasSameElements(StoredTensor other) {
    if (!encoding.equals(other.encoding) || !shape.equals(other.shape)) {
      return false;
    }
    long size = byteSize();
    long piece = Math.min(size, COMPARED);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment mine = arena.allocate(Math.max(1, piece));
      MemorySegment others = arena.allocate(Math.max(1, piece));
      for (long at = 0; at < size; at += piece) {
        MemorySegment part = mine.asSlice(0, Math.min(piece, size - at));
        MemorySegment otherPart = others.asSlice(0, part.byteSize());
        bytes.read(at, part);
        other.bytes.read(at, otherPart);
        if (part.mismatch(otherPart) >= 0) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * All elements in memory: in their dtype where they are {@link Plain}, else as F32. They live as
   * long as this tensor.
   */
  public Tensor load() {
    return encoding instanceof Plain plain ? loaded(plain.dtype()) : in(DType.F32);
  }

  /**
   * All elements in memory as F32 or BF16, rounded if need be. They live as long as this tensor.
   */
  public Tensor in(DType dtype) {
    return isPlain(dtype) ? loaded(dtype) : tensor(decoded(dtype), dtype);
  }

  private Tensor loaded(DType dtype) {
    return tensor(inMemory(dtype).orElseGet(this::copied), dtype);
  }

  private MemorySegment copied() {
    requireOpen();
    MemorySegment copy = lifetime.arena().allocate(Math.max(1, byteSize()), ALIGNMENT);
    bytes.read(0, copy.asSlice(0, byteSize()));
    return copy;
  }

  private MemorySegment decoded(DType dtype) {
    requireOpen();
    long count = count();
    MemorySegment out = lifetime.arena().allocate(Math.max(1, count * dtype.bytes()), ALIGNMENT);
    long tasks = Math.ceilDiv(count, TASK);
    // Starting threads takes longer than decoding a small tensor.
    LongStream all = LongStream.range(0, tasks);
    (tasks > 1 ? all.parallel() : all)
        .forEach(task -> {
          long first = task * TASK;
          long length = Math.min(TASK, count - first);
          read(first, dtype, out.asSlice(first * dtype.bytes(), length * dtype.bytes()));
        });
    return out;
  }

  private Tensor tensor(MemorySegment elements, DType dtype) {
    return Tensor.contiguous(new HostStorage(elements), 0, dtype, shape, lifetime);
  }

  /** Takes decoded numbers. */
  @FunctionalInterface
  private interface Numbers {
    /**
     * Takes some numbers.
     *
     * @param at index of the first one among those that were asked for
     * @param values hold them
     * @param from index of the first one there
     * @param count how many
     */
    void accept(long at, float[] values, int from, int count);
  }

  /** Blocks that hold the wanted elements, a piece at a time. */
  private void decode(long first, long count, Numbers out) {
    if (count == 0) {
      return;
    }
    long block = encoding.block();
    long end = first + count;
    long start = first / block * block;
    long piece = Math.min(Math.max(1, PIECE / block), Math.ceilDiv(end - start, block)) * block;
    float[] values = new float[Math.toIntExact(piece)];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment stored = arena.allocate(encoding.bytes(piece), ALIGNMENT);
      for (long at = start; at < end; at += piece) {
        int length = (int) Math.min(piece, Math.ceilDiv(end - at, block) * block);
        MemorySegment part = stored.asSlice(0, encoding.bytes(length));
        bytes.read(encoding.bytes(at), part);
        encoding.decode(part, at, length, values);
        int skipped = (int) Math.max(0, first - at);
        int wanted = (int) (Math.min(end, at + length) - at - skipped);
        out.accept(at + skipped - first, values, skipped, wanted);
      }
    }
  }

  private void requireOpen() {
    if (!lifetime.isOpen()) {
      throw new IllegalStateException(this + ": it was closed with " + lifetime);
    }
  }

  @Override
  public String toString() {
    return "%s %s%s".formatted(encoding.name(), shape, name.isEmpty() ? "" : " '" + name + "'");
  }
}
