package io.zoetrope.weights;

import io.zoetrope.encoding.BlockFactors;
import io.zoetrope.encoding.RowFactors;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import java.util.Set;

/**
 * The factors of a quantized weight, which are another tensor of its file.
 *
 * @param weight that is multiplied, in its own shape
 * @param name of the tensor of factors
 */
record LayerFactors(WeightSource source, StoredTensor weight, String name) {
  private static final int CODES = 256;

  /** Bytes that stand for powers of two may be stored as integers. */
  private static final Set<DType> EXPONENTS = Set.of(DType.U8, DType.F8_E8M0);

  private StoredTensor stored() {
    return source.tensor(name);
  }

  private WeightsException none(String needed) {
    return new WeightsException(
        "%s: %s is no scale for %s: %s".formatted(source.description(), stored(), weight, needed));
  }

  private float[] read() {
    float[] factors = new float[Math.toIntExact(stored().count())];
    stored().read(0, factors, 0, factors.length);
    for (float factor : factors) {
      if (!Float.isFinite(factor)) {
        throw new WeightsException(
            "%s: the scale '%s' of tensor '%s' holds %s"
                .formatted(source.description(), name, weight.name(), factor));
      }
    }
    return factors;
  }

  /** One factor for all. */
  float single() {
    if (!stored().encoding().holdsNumbers() || stored().count() != 1) {
      throw none("one number is needed");
    }
    return read()[0];
  }

  /** One for all, or one for each row: then the factors are a column, or have one dimension. */
  RowFactors ofRows() {
    StoredTensor stored = stored();
    boolean perRow =
        weight.shape().rank() == 2
            && stored.count() == weight.shape().size(0)
            && stored.shape().rank() <= 2
            && stored.shape().rank() > 0
            && stored.shape().size(0) == stored.count();
    if (!stored.encoding().holdsNumbers() || (stored.count() != 1 && !perRow)) {
      throw none("one number is needed, or one for each row");
    }
    long row = stored.count() == 1 ? weight.count() : weight.shape().size(1);
    return new RowFactors(read(), Math.max(1, row));
  }

  /** For each block of a row a power of two: code 0 stands for 0, code n for 2^(n - 127). */
  BlockFactors powersOfTwo(int block) {
    float[] numbers = new float[CODES];
    for (int code = 0; code < CODES; code++) {
      numbers[code] = Float.intBitsToFloat(code << 23);
    }
    return ofBlocks(block, numbers, EXPONENTS);
  }

  /**
   * For each block of a row a number in F8_E4M3.
   *
   * @param factor of all of them
   */
  BlockFactors numbers(int block, float factor) {
    byte[] codes = new byte[CODES];
    for (int code = 0; code < CODES; code++) {
      codes[code] = (byte) code;
    }
    float[] numbers = new float[CODES];
    Conversions.float8ToFloats(codes, DType.F8_E4M3, numbers);
    for (int code = 0; code < CODES; code++) {
      numbers[code] *= factor;
    }
    return ofBlocks(block, numbers, Set.of(DType.F8_E4M3));
  }

  private BlockFactors ofBlocks(int block, float[] numbers, Set<DType> dtypes) {
    StoredTensor stored = stored();
    long rows = weight.shape().size(0);
    long columns = weight.shape().size(1);
    if (columns % block != 0
        || dtypes.stream().noneMatch(stored::isPlain)
        || stored.count() != BlockFactors.count(rows, columns, block)) {
      throw none(
          "a byte is needed for each %d elements of a row, in tiles of 128 rows and 4 blocks"
              .formatted(block));
    }
    return new BlockFactors(stored, numbers, block, columns);
  }
}
