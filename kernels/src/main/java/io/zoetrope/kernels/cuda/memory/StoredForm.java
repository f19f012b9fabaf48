package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.RowFactors;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * A form of stored matrices that kernels decode. On the device lie the bytes of the file, and
 * behind them the factors of its rows, as float.
 *
 * @param weight as it is stored
 * @param codes {@link GgmlBlocks}, or {@link Plain} numbers of a byte
 * @param factors what numbers are multiplied with; empty for none
 * @param row elements that share a factor: those of a row, or all
 */
public record StoredForm(
    StoredTensor weight, Encoding codes, Optional<RowFactors> factors, long row) {
  private static final Set<DType> CODES = Set.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8);

  /** Vectors of floats begin at its multiples. */
  private static final long ALIGNMENT = 16;

  /** Bytes that are read at once. */
  private static final long PIECE = 1 << 22;

  /** The form that a weight has, if it is a matrix in one that kernels decode. */
  public static Optional<StoredForm> of(StoredTensor weight) {
    if (weight.shape().rank() != 2 || weight.count() == 0) {
      return Optional.empty();
    }
    long all = weight.count();
    return switch (weight.encoding()) {
      case GgmlBlocks blocks when weight.shape().size(1) % blocks.block() == 0 ->
          Optional.of(new StoredForm(weight, blocks, Optional.empty(), all));
      case Plain plain when CODES.contains(plain.dtype()) ->
          Optional.of(new StoredForm(weight, plain, Optional.empty(), all));
      case Adjusted(Plain plain, _, RowFactors factors, long start)
          when CODES.contains(plain.dtype()) ->
          scaled(weight, plain, factors, start);
      default -> Optional.empty();
    };
  }

  private static Optional<StoredForm> scaled(
      StoredTensor weight, Plain plain, RowFactors factors, long start) {
    long row = weight.shape().size(1);
    if (factors.factors().length == 1) {
      return Optional.of(new StoredForm(weight, plain, Optional.of(factors), weight.count()));
    }
    return factors.row() == row && start == 0
        ? Optional.of(new StoredForm(weight, plain, Optional.of(factors), row))
        : Optional.empty();
  }

  /** Bytes that it takes on the device. */
  public long bytes() {
    return factors.isEmpty() ? weight.byteSize() : factorsAt() + rows() * Float.BYTES;
  }

  /** Where the factors begin, from the start of its memory on. */
  public long factorsAt() {
    return Math.ceilDiv(weight.byteSize(), ALIGNMENT) * ALIGNMENT;
  }

  private long rows() {
    return weight.count() / row;
  }

  /** Takes a piece of what lies on the device, and its offset in bytes. */
  @FunctionalInterface
  interface Sink {
    void accept(long offset, MemorySegment piece);
  }

  /** Hands over what lies on the device. */
  void read(Sink sink) {
    long size = weight.byteSize();
    // Of longs, so that the factors are aligned where a piece is copied from.
    MemorySegment piece =
        MemorySegment.ofArray(
            new long[Math.toIntExact(Math.ceilDiv(Math.min(size, PIECE), Long.BYTES))]);
    for (long at = 0; at < size; at += PIECE) {
      MemorySegment part = piece.asSlice(0, Math.min(PIECE, size - at));
      weight.readStored(at, part);
      sink.accept(at, part);
    }
    // Factors of a matrix that is quantized when it is first read are there by now.
    factors.ifPresent(rows ->
        sink.accept(
            factorsAt(),
            MemorySegment.ofArray(Arrays.copyOf(rows.factors(), Math.toIntExact(rows())))));
  }
}
