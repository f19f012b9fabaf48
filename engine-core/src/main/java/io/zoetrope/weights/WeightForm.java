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
import java.util.function.LongFunction;
import java.util.stream.IntStream;

/**
 * In which form the matrices of a model stay in memory, to be decoded while they are multiplied.
 * Those that are not stored in it are quantized when they are first used.
 */
public enum WeightForm {
  /** As they are stored. */
  STORED,
  /** Blocks of 32 neighbours with a scale in F16, a byte for each number. */
  Q8_0,
  /** Numbers in F8_E4M3, with a factor for all of a matrix that makes the largest one 448. */
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

  /** As {@link #of(StoredTensor, LongFunction)}, in memory that stays as long as the matrix. */
  StoredTensor of(StoredTensor matrix) {
    return of(matrix, bytes -> matrix.lifetime().arena().allocate(Math.max(1, bytes)));
  }

  /**
   * A matrix in this form, which is made when it is first read and stays in memory then.
   *
   * @param memory gives so many bytes, which stay as long as the matrix is read
   * @throws IllegalArgumentException if it is no matrix of such rows
   */
  StoredTensor of(StoredTensor matrix, LongFunction<MemorySegment> memory) {
    if (this == STORED) {
      return matrix;
    }
    if (matrix.shape().rank() != 2 || !holdsRows(matrix.shape().size(1))) {
      throw new IllegalArgumentException("%s has no form %s".formatted(matrix, this));
    }
    float[] factors = new float[factors(matrix)];
    Encoding encoding = encoding(factors, matrix);
    return new StoredTensor(
        matrix.name(),
        encoding,
        matrix.shape(),
        new QuantizedBytes(matrix, this, encoding, factors, memory),
        matrix.lifetime());
  }

  /** How many factors a matrix has. */
  int factors(StoredTensor matrix) {
    return switch (this) {
      case FP8 -> 1;
      case INT8 -> Math.toIntExact(matrix.shape().size(0));
      case STORED, Q8_0, Q4_K -> 0;
    };
  }

  /** Bytes that so many elements of whole rows take in this form. */
  long bytes(long elements) {
    return switch (this) {
      case Q8_0 -> GgmlBlocks.Q8_0.bytes(elements);
      case Q4_K -> GgmlBlocks.Q4_K.bytes(elements);
      case FP8, INT8 -> elements;
      case STORED -> 0;
    };
  }

  private Encoding encoding(float[] factors, StoredTensor matrix) {
    return switch (this) {
      case Q8_0 -> GgmlBlocks.Q8_0;
      case Q4_K -> GgmlBlocks.Q4_K;
      case FP8 ->
          new Adjusted(
              new Plain(DType.F8_E4M3),
              "scaled",
              new RowFactors(factors, Math.max(1, matrix.count())));
      case INT8 ->
          new Adjusted(
              new Plain(DType.I8), "by row", new RowFactors(factors, matrix.shape().size(1)));
      case STORED -> throw new IllegalStateException("weights stay in the encoding that they have");
    };
  }

  /**
   * The factor for all of a matrix, before any of its rows is quantized.
   *
   * @return 0 if the form has none
   * @throws WeightsException if a number is not finite
   */
  float factorOfAll(StoredTensor matrix) {
    if (this != FP8) {
      return 0;
    }
    int row = Math.toIntExact(matrix.shape().size(1));
    float largest =
        (float)
            IntStream.range(0, Math.toIntExact(matrix.shape().size(0)))
                .parallel()
                .mapToDouble(i -> {
                  float[] numbers = new float[row];
                  matrix.read((long) i * row, numbers, 0, row);
                  return largest(matrix, numbers);
                })
                .max()
                .orElse(0);
    return factor(largest, LARGEST_E4M3);
  }

  /**
   * Quantizes a row.
   *
   * @param factors holds the factor of all, if the form has one, or takes that of the row
   * @param out takes the bytes of the row
   * @throws WeightsException if a number is not finite, or beyond what the form holds
   */
  void encode(StoredTensor matrix, float[] numbers, int row, float[] factors, MemorySegment out) {
    switch (this) {
      case Q8_0 -> NumberFormat.Q8_0.encode(matrix, numbers, numbers.length, out);
      case Q4_K -> NumberFormat.Q4_K.encode(matrix, numbers, numbers.length, out);
      case FP8 -> {
        float factor = factors[0];
        for (int i = 0; i < numbers.length; i++) {
          byte code = factor == 0 ? 0 : Conversions.floatToE4m3(numbers[i] / factor);
          out.set(ValueLayout.JAVA_BYTE, i, code);
        }
      }
      case INT8 -> {
        float factor = factor(largest(matrix, numbers), LARGEST_INT8);
        factors[row] = factor;
        for (int i = 0; i < numbers.length; i++) {
          byte code = factor == 0 ? 0 : (byte) Math.rint(numbers[i] / factor);
          out.set(ValueLayout.JAVA_BYTE, i, code);
        }
      }
      case STORED -> throw new IllegalStateException("nothing is quantized");
    }
  }

  private static float largest(StoredTensor matrix, float[] numbers) {
    float largest = 0;
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new WeightsException(
            "tensor %s holds %s: it cannot be quantized".formatted(matrix, number));
      }
      largest = Math.max(largest, Math.abs(number));
    }
    return largest;
  }

  private static float factor(float largest, float largestCode) {
    float factor = largest / largestCode;
    // The factor of subnormal numbers would be none.
    return factor < Float.MIN_NORMAL ? 0 : factor;
  }
}
