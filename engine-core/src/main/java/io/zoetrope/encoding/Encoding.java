package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * How the bytes of a stored tensor become numbers. All that is to be known of a format of weights
 * is said here: whoever uses weights asks a {@link StoredTensor} for numbers in one of the dtypes
 * that are computed with.
 *
 * <p>Elements are stored in row-major order, in blocks of {@link #block} neighbours that are
 * decoded together. An encoding is immutable and is used by many threads at a time.
 */
public interface Encoding {
  /** What the format is called in reports and errors, such as {@code "BF16"} or {@code "Q8_0"}. */
  String name();

  /**
   * {@link DType#BF16} if it holds every decoded number exactly, else {@link DType#F32}.
   *
   * @throws IllegalArgumentException if elements cannot be decoded
   */
  DType decoded();

  /**
   * Whether elements are numbers by themselves. Integers, for one, are codes of quantized weights,
   * which mean nothing without their scales.
   */
  default boolean holdsNumbers() {
    return true;
  }

  /** Number of neighbours that are decoded together. */
  default int block() {
    return 1;
  }

  /**
   * Bytes that elements take.
   *
   * @param elements a multiple of {@link #block}
   */
  long bytes(long elements);

  /**
   * Decodes whole blocks.
   *
   * @param stored the bytes of these elements alone
   * @param first index of the first of these elements among all of the tensor
   * @param count how many elements, a multiple of {@link #block}
   * @param out takes the numbers, from index 0 on
   * @throws IllegalArgumentException if elements cannot be decoded
   */
  void decode(MemorySegment stored, long first, int count, float[] out);

  /**
   * How the codes of rows can be unpacked, for whoever scales them faster than {@link #decode}
   * does; empty where it cannot be said so.
   *
   * @param row elements of a row, whole blocks
   */
  default Optional<CodeFormat> codes(int row) {
    return Optional.empty();
  }

  /**
   * Unpacks codes of whole rows, where {@link #codes} says how.
   *
   * @param stored the bytes of these elements alone
   * @param first index of the first of these elements among all of the tensor, a multiple of {@code
   *     row}
   * @param count how many elements, a multiple of {@code row}
   * @param row elements of a row
   * @param out takes codes, scales and offsets
   */
  default void unpack(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    throw new UnsupportedOperationException(name() + " has no codes");
  }

  /**
   * Unpacks scales and offsets alone, as {@link #unpack} does.
   *
   * @param out takes them
   */
  default void scales(MemorySegment stored, long first, int count, int row, GroupedCodes out) {
    throw new UnsupportedOperationException(name() + " has no codes");
  }

  /**
   * Where the codes that {@link #unpack} unpacks lie in the stored bytes, for whoever scales them
   * from there; empty where their bits lie apart.
   *
   * @param row elements of a row, whole blocks
   */
  default Optional<CodePlane> plane(int row) {
    return Optional.empty();
  }

  /**
   * The encoding of the elements from one on: another one where decoding depends on where an
   * element lies.
   *
   * @param element index of the one that is the first then, a multiple of {@link #block}
   */
  default Encoding from(long element) {
    return this;
  }

  /**
   * What the numbers become when they are used, on every device: the dtype that they are rounded
   * to, or {@link DType#BF16} where it holds each of them exactly.
   *
   * @param rounding {@code BF16}, or {@code F32} for none
   * @throws IllegalArgumentException if rounding is neither, or if elements cannot be decoded
   */
  default DType used(DType rounding) {
    if (!rounding.isComputable()) {
      throw new IllegalArgumentException("weights are rounded to F32 or BF16, not to " + rounding);
    }
    DType decoded = decoded();
    return decoded == DType.BF16 ? decoded : rounding;
  }
}
