package io.zoetrope.weights;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A matrix of a byte for each number and factors, as files of ComfyUI hold it: codes under the name
 * of the weight, factors as {@code weight_scale} in F32, one in all or [rows, 1], and {@code
 * comfy_quant}, which says so. The numbers are those of a {@link WeightForm}. They are made piece
 * by piece when they are read.
 */
final class ScaledMatrix {
  private static final String WEIGHT = ".weight";

  /** Products take the numbers, not both operands in fp8. */
  private static final String FP8 =
      "{\"format\": \"float8_e4m3fn\", \"full_precision_matrix_mult\": true}";

  private static final String INT8 = "{\"format\": \"int8_tensorwise\"}";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final StoredTensor matrix;
  private final WeightForm form;
  private float factorOfAll;
  private boolean isMeasured;

  /**
   * A matrix that nobody has read yet.
   *
   * @param matrix whose name ends in {@code .weight}
   * @param form with factors
   */
  ScaledMatrix(StoredTensor matrix, WeightForm form) {
    this.matrix = matrix;
    this.form = form;
  }

  /** What a file holds of it. */
  List<StoredTensor> tensors() {
    String name = matrix.name();
    if (!name.endsWith(WEIGHT)) {
      throw new IllegalArgumentException(matrix + " is no weight of a layer");
    }
    String layer = name.substring(0, name.length() - WEIGHT.length());
    boolean isFp8 = form == WeightForm.FP8;
    DType code = isFp8 ? DType.F8_E4M3 : DType.I8;
    Shape factors = isFp8 ? Shape.of() : Shape.of(form.factors(matrix), 1);
    byte[] json = (isFp8 ? FP8 : INT8).getBytes(StandardCharsets.UTF_8);
    return List.of(
        new StoredTensor(name, new Plain(code), matrix.shape(), this::codes, matrix.lifetime()),
        new StoredTensor(
            layer + ".weight_scale",
            new Plain(DType.F32),
            factors,
            this::factors,
            matrix.lifetime()),
        new StoredTensor(
            layer + ".comfy_quant",
            new Plain(DType.U8),
            Shape.of(json.length),
            new StoredBytes.InMemory(MemorySegment.ofArray(json)),
            Lifetime.UNBOUNDED));
  }

  private void codes(long position, MemorySegment to) {
    int row = Math.toIntExact(matrix.shape().size(1));
    float[] numbers = new float[row];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(row);
      long end = position + to.byteSize();
      for (long at = position; at < end; ) {
        encode(at / row, numbers, codes);
        long from = at % row;
        long count = Math.min(row - from, end - at);
        MemorySegment.copy(codes, from, to, at - position, count);
        at += count;
      }
    }
  }

  private void factors(long position, MemorySegment to) {
    if (position % Float.BYTES != 0 || to.byteSize() % Float.BYTES != 0) {
      throw new IllegalArgumentException("factors are read as a whole");
    }
    float[] numbers = new float[Math.toIntExact(matrix.shape().size(1))];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(numbers.length);
      for (long at = 0; at < to.byteSize(); at += Float.BYTES) {
        to.set(FLOAT, at, encode((position + at) / Float.BYTES, numbers, codes));
      }
    }
  }

  /** Makes the codes of a row; returns its factor, or that of all. */
  private float encode(long index, float[] numbers, MemorySegment codes) {
    float[] factor = {factorOfAll()};
    matrix.read(index * numbers.length, numbers, 0, numbers.length);
    form.encode(matrix, numbers, 0, factor, codes);
    return factor[0];
  }

  private synchronized float factorOfAll() {
    if (!isMeasured) {
      factorOfAll = form.factorOfAll(matrix);
      isMeasured = true;
    }
    return factorOfAll;
  }
}
