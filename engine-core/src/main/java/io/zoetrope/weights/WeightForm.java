package io.zoetrope.weights;

import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.RowFactors;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * In which form the matrices of a model stay in memory, to be decoded while they are multiplied.
 * Those that are not stored in it are quantized when they are first used.
 */
public enum WeightForm {
  /** As they are stored. */
  STORED,
  /** Blocks of 32 neighbours with a scale in F16, a byte for each number. */
  Q8_0,
  /** Numbers in F8_E4M3, with a factor for each row that makes its largest one 448. */
  FP8,
  /** Integers from -127 to 127, with a factor for each row. */
  INT8,
  /** Blocks of 256 neighbours in groups of 32 with scales and offsets, 4.5 bits a number. */
  Q4_K;

  private static final float LARGEST_E4M3 = 448;
  private static final float LARGEST_INT8 = 127;

  /** Whether rows of so many elements have this form. */
  public boolean holdsRows(long elements) {
    return switch (this) {
      case STORED, FP8, INT8 -> true;
      case Q8_0 -> elements % GgmlBlocks.Q8_0.block() == 0;
      case Q4_K -> elements % GgmlBlocks.Q4_K.block() == 0;
    };
  }

  /**
   * A matrix in this form, which is made when it is first read and stays in memory then, as long as
   * the tensor itself.
   *
   * @throws IllegalArgumentException if it is no matrix of such rows
   */
  StoredTensor of(StoredTensor matrix) {
    if (this == STORED) {
      return matrix;
    }
    if (matrix.shape().rank() != 2 || !holdsRows(matrix.shape().size(1))) {
      throw new IllegalArgumentException("%s has no form %s".formatted(matrix, this));
    }
    float[] factors = new float[Math.toIntExact(hasFactors() ? matrix.shape().size(0) : 0)];
    Encoding encoding = encoding(factors, matrix.shape().size(1));
    return new StoredTensor(
        matrix.name(),
        encoding,
        matrix.shape(),
        new QuantizedBytes(matrix, this, encoding, factors),
        matrix.lifetime());
  }

  private boolean hasFactors() {
    return this == FP8 || this == INT8;
  }

  private Encoding encoding(float[] factors, long row) {
    return switch (this) {
      case Q8_0 -> GgmlBlocks.Q8_0;
      case Q4_K -> GgmlBlocks.Q4_K;
      case FP8 -> new Adjusted(new Plain(DType.F8_E4M3), "by row", new RowFactors(factors, row));
      case INT8 -> new Adjusted(new Plain(DType.I8), "by row", new RowFactors(factors, row));
      case STORED -> throw new IllegalStateException("weights stay in the encoding that they have");
    };
  }

  /**
   * Quantizes a row.
   *
   * @param factors takes the factor of the row, if the form has some
   * @param out takes the bytes of the row
   * @throws WeightsException if a number is not finite, or beyond what the form holds
   */
  void encode(StoredTensor matrix, float[] numbers, int row, float[] factors, MemorySegment out) {
    switch (this) {
      case Q8_0 -> NumberFormat.Q8_0.encode(matrix, numbers, numbers.length, out);
      case Q4_K -> NumberFormat.Q4_K.encode(matrix, numbers, numbers.length, out);
      case FP8 -> {
        float factor = factor(matrix, numbers, LARGEST_E4M3);
        factors[row] = factor;
        for (int i = 0; i < numbers.length; i++) {
          byte code = factor == 0 ? 0 : Conversions.floatToE4m3(numbers[i] / factor);
          out.set(ValueLayout.JAVA_BYTE, i, code);
        }
      }
      case INT8 -> {
        float factor = factor(matrix, numbers, LARGEST_INT8);
        factors[row] = factor;
        for (int i = 0; i < numbers.length; i++) {
          byte code = factor == 0 ? 0 : (byte) Math.rint(numbers[i] / factor);
          out.set(ValueLayout.JAVA_BYTE, i, code);
        }
      }
      case STORED -> throw new IllegalStateException("nothing is quantized");
    }
  }

  private static float factor(StoredTensor matrix, float[] numbers, float largestCode) {
    float largest = 0;
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new WeightsException(
            "tensor %s holds %s: it cannot be quantized".formatted(matrix, number));
      }
      largest = Math.max(largest, Math.abs(number));
    }
    float factor = largest / largestCode;
    // The factor of a row of subnormal numbers would be none.
    return factor < Float.MIN_NORMAL ? 0 : factor;
  }
}
