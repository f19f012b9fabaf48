package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A backend under test beside {@link ReferenceBackend}: values for both, and comparisons. */
abstract class BackendComparison {
  static final double HALF_ULP_OF_BF16 = 1.0 / 256;
  static final List<DType> COMPUTED = List.of(DType.F32, DType.BF16);
  static final List<DType> STORED =
      List.of(DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2);

  private final Random random = new Random(20250607);
  Ops tested;
  Ops reference;

  /** The backend under test. */
  protected abstract Backend open();

  /**
   * Whether attention rounds the probabilities of BF16 operands before it multiplies the values
   * with them, as tensor cores want it.
   */
  protected boolean roundsProbabilities() {
    return false;
  }

  @BeforeEach
  void openBackends() {
    tested = new Ops(open());
    reference = new Ops(new ReferenceBackend());
  }

  @AfterEach
  void closeBackends() {
    tested.close();
    tested.backend().close();
    reference.close();
  }

  Tensor place(Tensor weight) {
    return weight == null ? null : tested.backend().place(weight, DType.F32);
  }

  /** Normally distributed values with a few outliers, rounded to the dtype. */
  Tensor values(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    for (long i = 0; i < tensor.count(); i++) {
      if (dtype.bits() == 8) {
        // Any code but those of infinities and NaN, which have all exponent bits set.
        int code = random.nextInt(256);
        boolean special = (code & 0x78) == 0x78;
        tensor.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (special ? code & 0x8f : code));
      } else {
        float value = (float) random.nextGaussian() * (random.nextInt(97) == 0 ? 30 : 1);
        Conversions.fromFloat(tensor.segment(), dtype, i, value);
      }
    }
    return tensor;
  }

  Tensor values(DType dtype, long rows, long columns, UnaryOperator<Float> function) {
    return values(dtype, rows * columns, function).reshape(rows, columns);
  }

  Tensor values(DType dtype, long count, UnaryOperator<Float> function) {
    Tensor tensor = values(dtype, count);
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      Conversions.fromFloat(tensor.segment(), dtype, i, function.apply(values[i]));
    }
    return tensor;
  }

  static Tensor widened(Tensor tensor) {
    return tensor == null ? null : Tensor.of(tensor.toFloats(), tensor.shape().sizes());
  }

  static Tensor absolute(Tensor tensor) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(values, tensor.shape().sizes());
  }

  static double largest(Tensor tensor) {
    double largest = 0;
    for (float value : tensor.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  static float[] constant(Tensor like, double value) {
    float[] values = new float[Math.toIntExact(like.count())];
    Arrays.fill(values, (float) value);
    return values;
  }

  /** Where the largest value bounds what was added up. */
  void compare(String what, Tensor got, Tensor want) {
    check(what, got, want, constant(want, largest(want)));
  }

  void check(String what, Tensor got, Tensor want, float[] magnitude) {
    check(what, got, want, magnitude, new float[magnitude.length]);
  }

  /**
   * Compares a result that goes through another one, which is rounded as well.
   *
   * @param between what the other result counts in the sum
   */
  void check(String what, Tensor got, Tensor want, float[] magnitude, float[] between) {
    float[] actual = tested.download(got).toFloats();
    float[] expected = want.toFloats();
    assertEquals(want.shape(), got.shape(), what);
    for (int i = 0; i < expected.length; i++) {
      if (Float.isFinite(expected[i])) {
        double rounded = Math.abs(expected[i]) + (1 + HALF_ULP_OF_BF16) * Math.abs(between[i]);
        double rounding = got.dtype() == DType.BF16 ? rounded * HALF_ULP_OF_BF16 : 0;
        double allowed = 2e-6 * magnitude[i] + rounding + Float.MIN_NORMAL;
        String message =
            "%s: element %d: %s instead of %s".formatted(what, i, actual[i], expected[i]);
        assertTrue(Math.abs(actual[i] - expected[i]) <= allowed, message);
      } else {
        assertEquals(expected[i], actual[i], what + ": element " + i);
      }
    }
  }

  /** To the bit, but any NaN is as good as another. */
  void checkEqual(String what, Tensor got, Tensor want) {
    assertEquals(want.shape(), got.shape(), what);
    assertEquals(want.dtype(), got.dtype(), what);
    assertArrayEquals(onHost(want).toFloats(), onHost(got).toFloats(), what);
  }

  /** A result of either backend in host memory. */
  private Tensor onHost(Tensor tensor) {
    return (tensor.storage() instanceof HostStorage ? reference : tested).download(tensor);
  }
}
