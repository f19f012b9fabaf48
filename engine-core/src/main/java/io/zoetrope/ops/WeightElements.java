package io.zoetrope.ops;

import io.zoetrope.encoding.CodeFormat;
import io.zoetrope.encoding.CodePlane;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GroupedCodes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The elements of a weight in host memory, or of a contiguous part of one, wherever they are
 * stored: to be read piece by piece, without a copy of all of them.
 *
 * @param stored the whole weight
 * @param offset of the part's first element
 * @param dtype that the weight is used in
 */
public record WeightElements(StoredTensor stored, long offset, DType dtype) {
  /** Those of a contiguous tensor, a weight that was placed or any other. */
  public static WeightElements of(Tensor weight) {
    return weight.storage() instanceof HostWeight placed
        ? new WeightElements(placed.stored(), weight.offset(), placed.dtype())
        : new WeightElements(StoredTensor.of("", weight), 0, weight.dtype());
  }

  /**
   * The memory where they lie in their dtype, from the first one on; empty if they have to be read
   * from a file, or decoded.
   */
  public Optional<MemorySegment> inMemory() {
    return stored.inMemory(dtype).map(all -> all.asSlice(offset * dtype.bytes()));
  }

  /** Whether their dtype holds the stored numbers exactly. */
  public boolean isExact() {
    return stored.used(DType.F32) == dtype;
  }

  /**
   * How the codes of its rows can be unpacked; empty where they can't.
   *
   * @param row elements of a row
   */
  public Optional<CodeFormat> codes(int row) {
    Encoding encoding = stored.encoding();
    return row % encoding.block() == 0 && offset % row == 0
        ? encoding.codes(row)
        : Optional.empty();
  }

  /** Unpacks the codes of {@code rows} rows, from the element {@code first} on. */
  public void unpack(long first, int rows, int row, GroupedCodes out) {
    stored.unpack(offset + first, rows * row, row, out);
  }

  /**
   * Where the codes of its rows lie in the stored bytes, which {@link #readBytes} reads; empty
   * where they have to be unpacked.
   *
   * @param row elements of a row
   */
  public Optional<CodePlane> plane(int row) {
    return codes(row).flatMap(_ -> stored.encoding().plane(row));
  }

  /**
   * Unpacks the scales of {@code rows} rows, from the element {@code first} on.
   *
   * @param bytes those of these rows
   */
  public void scales(MemorySegment bytes, long first, int rows, int row, GroupedCodes out) {
    stored.encoding().scales(bytes, offset + first, rows * row, row, out);
  }

  /** Whether elements are stored in a dtype, one after the other. */
  public boolean areStoredIn(DType other) {
    return stored.isPlain(other);
  }

  /** Fills a segment of the caller's own with the bytes of elements, from {@code first} on. */
  public void readBytes(long first, MemorySegment out) {
    stored.readBytes(offset + first, out);
  }

  /** Fills a segment of the caller's own with neighbouring elements, from {@code first} on. */
  public void read(long first, MemorySegment out) {
    stored.read(offset + first, dtype, out);
  }

  /** Does what {@link #read} does, in F32 before any rounding: for callers that round faster. */
  public void readUnrounded(long first, MemorySegment out) {
    stored.read(offset + first, DType.F32, out);
  }

  /** Reads {@code count} neighbouring elements as floats, into {@code out} from {@code to} on. */
  public void read(long first, float[] out, int to, int count) {
    stored.read(offset + first, out, to, count);
    if (!isExact()) {
      for (int i = to; i < to + count; i++) {
        out[i] = Conversions.round(out[i], dtype);
      }
    }
  }
}
