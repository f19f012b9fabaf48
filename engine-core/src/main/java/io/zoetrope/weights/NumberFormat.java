package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;

/**
 * Formats that weights can be written in. Numbers become the nearest one that the format has, of
 * two equally near ones the even one; in {@link #Q8_0} the one farther from zero, as in ggml.
 *
 * <p>A number beyond the largest of a format is an error, but for {@link #F8_E4M3}: it has no
 * infinity, and what is beyond 448 becomes 448.
 */
public enum NumberFormat {
  F32(new Plain(DType.F32)),
  BF16(new Plain(DType.BF16)),
  F16(new Plain(DType.F16)),
  F8_E4M3(new Plain(DType.F8_E4M3)),
  /** Blocks of 32 neighbours with a scale in F16 and a signed byte each. */
  Q8_0(GgmlBlocks.Q8_0),
  /** Blocks of 256 neighbours in groups of 32 with scales and offsets, as ggml finds them. */
  Q4_K(GgmlBlocks.Q4_K),
  /** Matrices in F8_E4M3 with a factor: {@link WeightForm#FP8}. */
  FP8(new Plain(DType.F8_E4M3), Optional.of(WeightForm.FP8)),
  /** Matrices of integers with a factor for each row: {@link WeightForm#INT8}. */
  INT8(new Plain(DType.I8), Optional.of(WeightForm.INT8));

  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int LARGEST_CODE = 127;

  private final Encoding encoding;
  private final Optional<WeightForm> scaled;

  NumberFormat(Encoding encoding) {
    this(encoding, Optional.empty());
  }

  NumberFormat(Encoding encoding, Optional<WeightForm> scaled) {
    this.encoding = encoding;
    this.scaled = scaled;
  }

  /** Whether its numbers are codes that factors belong to. */
  public boolean isScaled() {
    return scaled.isPresent();
  }

  /** How its numbers are stored, or its codes. */
  public Encoding encoding() {
    return encoding;
  }

  /** Whether rows of so many elements can be stored. */
  public boolean holdsRows(long elements) {
    return elements % encoding.block() == 0;
  }

  /**
   * A tensor in this format; its numbers are rounded when they are read.
   *
   * @throws IllegalArgumentException if its elements do not fill whole blocks
   */
  public StoredTensor of(StoredTensor tensor) {
    if (isScaled()) {
      return scaled.get().of(tensor);
    }
    return tensor.encoding().equals(encoding)
        ? tensor
        : new StoredTensor(
            tensor.name(),
            encoding,
            tensor.shape(),
            new Rewritten(tensor, this),
            tensor.lifetime());
  }

  /**
   * The tensors that a file holds of one in this format: its codes and factors, where it is scaled,
   * else itself.
   *
   * @throws IllegalArgumentException if it does not have this format
   */
  public List<StoredTensor> tensors(StoredTensor tensor) {
    return scaled
        .map(form -> new ScaledMatrix(tensor, form).tensors())
        .orElseGet(() -> List.of(of(tensor)));
  }

  /**
   * Writes numbers, whole blocks of them.
   *
   * @param tensor names them in errors
   * @throws WeightsException if one is beyond the largest that the format has
   */
  void encode(StoredTensor tensor, float[] in, int count, MemorySegment out) {
    if (this == Q4_K) {
      encodeGroups(tensor, in, count, out);
      return;
    }
    if (this == Q8_0) {
      for (int i = 0; i < count; i += encoding.block()) {
        encodeBlock(tensor, in, i, out);
      }
      return;
    }
    DType dtype = ((Plain) encoding).dtype();
    for (int i = 0; i < count; i++) {
      Conversions.fromFloat(out, dtype, i, in[i]);
      if (Float.isFinite(in[i]) && !Float.isFinite(Conversions.toFloat(out, dtype, i))) {
        throw beyond(tensor, in[i]);
      }
    }
  }

  private WeightsException beyond(StoredTensor tensor, float number) {
    return new WeightsException(
        "tensor %s holds %s, which %s cannot hold: choose another type"
            .formatted(tensor, number, this));
  }

  private void encodeGroups(StoredTensor tensor, float[] in, int count, MemorySegment out) {
    Q4KBlocks blocks = new Q4KBlocks();
    for (int i = 0; i < count; i++) {
      if (!Float.isFinite(in[i])) {
        throw beyond(tensor, in[i]);
      }
    }
    for (int i = 0; i < count; i += encoding.block()) {
      if (!blocks.encode(in, i, out, encoding.bytes(i))) {
        throw beyond(tensor, in[i]);
      }
    }
  }

  /** The arithmetic of {@code quantize_row_q8_0_ref} in ggml-quants.c. */
  private void encodeBlock(StoredTensor tensor, float[] in, int from, MemorySegment out) {
    int block = encoding.block();
    float largest = 0;
    for (int i = from; i < from + block; i++) {
      if (!Float.isFinite(in[i])) {
        throw beyond(tensor, in[i]);
      }
      largest = Math.max(largest, Math.abs(in[i]));
    }
    float scale = largest / LARGEST_CODE;
    short half = Float.floatToFloat16(scale);
    if (!Float.isFinite(Float.float16ToFloat(half))) {
      throw beyond(tensor, largest);
    }
    float inverse = 1 / scale;
    boolean zeros = !Float.isFinite(inverse);
    long at = encoding.bytes(from);
    out.set(HALF, at, half);
    for (int i = 0; i < block; i++) {
      int code = zeros ? 0 : roundAwayFromZero(in[from + i] * inverse);
      out.set(ValueLayout.JAVA_BYTE, at + Short.BYTES + i, (byte) code);
    }
  }

  private static int roundAwayFromZero(float value) {
    float magnitude = Math.abs(value);
    int floor = (int) magnitude;
    int rounded = magnitude - floor >= 0.5f ? floor + 1 : floor;
    return value < 0 ? -rounded : rounded;
  }
}
