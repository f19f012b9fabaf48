package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Numbers of another encoding that are changed after they have been decoded, in float32. Nothing of
 * the result is ever stored: whoever decodes a piece of a tensor changes what belongs to that
 * piece.
 *
 * @param stored how the bytes become numbers at first
 * @param change what becomes of these, goes on after the name of that encoding
 * @param adjustment does it
 * @param start index in the tensor of the first element that is decoded
 */
public record Adjusted(Encoding stored, String change, Adjustment adjustment, long start)
    implements Encoding {
  /** What is done to numbers. */
  @FunctionalInterface
  public interface Adjustment {
    /**
     * Changes neighbours. What a number becomes depends on its index, but neither on how many are
     * asked for nor on who asks for others.
     *
     * @param first index of the first one in the tensor, in row-major order
     * @param count how many
     * @param numbers holds them from index 0 on
     */
    void apply(long first, int count, float[] numbers);
  }

  /** All of a tensor. */
  public Adjusted(Encoding stored, String change, Adjustment adjustment) {
    this(stored, change, adjustment, 0);
  }

  @Override
  public String name() {
    return stored.name() + " " + change;
  }

  /** Sums and products take more bits than what they are made of. */
  @Override
  public DType decoded() {
    // Refuses what cannot be decoded.
    stored.decoded();
    return DType.F32;
  }

  @Override
  public int block() {
    return stored.block();
  }

  @Override
  public long bytes(long elements) {
    return stored.bytes(elements);
  }

  @Override
  public void decode(MemorySegment bytes, long first, int count, float[] out) {
    stored.decode(bytes, first, count, out);
    adjustment.apply(start + first, count, out);
  }

  /** Of plain codes with a factor for each row, or one for all. */
  @Override
  public Optional<CodeFormat> codes(int row) {
    return adjustment instanceof RowFactors factors
            && stored instanceof Plain
            && (factors.row() == row || factors.factors().length == 1)
        ? stored.codes(row)
        : Optional.empty();
  }

  @Override
  public void unpack(MemorySegment bytes, long first, int count, int row, GroupedCodes out) {
    stored.unpack(bytes, first, count, row, out);
    scales(bytes, first, count, row, out);
  }

  @Override
  public Optional<CodePlane> plane(int row) {
    return codes(row).isPresent() ? stored.plane(row) : Optional.empty();
  }

  @Override
  public void scales(MemorySegment bytes, long first, int count, int row, GroupedCodes out) {
    RowFactors factors = (RowFactors) adjustment;
    stored.scales(bytes, first, count, row, out);
    for (int i = 0; i < count / row; i++) {
      out.scales()[i] = factors.of(start + first + (long) i * row);
    }
  }

  @Override
  public Encoding from(long element) {
    return new Adjusted(stored.from(element), change, adjustment, start + element);
  }
}
