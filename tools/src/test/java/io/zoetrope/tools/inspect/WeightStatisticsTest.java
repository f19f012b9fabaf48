package io.zoetrope.tools.inspect;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Random;
import org.junit.jupiter.api.Test;

class WeightStatisticsTest {
  private static WeightStatistics of(float... values) {
    return WeightStatistics.of(StoredTensor.of("x", Tensor.of(values, values.length)))
        .orElseThrow();
  }

  @Test
  void fewNumbersAreThoseOfTheDefinition() {
    WeightStatistics numbers = of(1, 2, 3, 4, -10);
    assertEquals(-10, numbers.least());
    assertEquals(4, numbers.most());
    assertEquals(0, numbers.mean());
    assertEquals(Math.sqrt((1 + 4 + 9 + 16 + 100) / 5.0), numbers.deviation(), 1e-12);
    assertEquals(0, numbers.outliers());
  }

  /** Parts of one piece and of several, far from zero, where sums of squares lose their digits. */
  @Test
  void piecesAreJoined() {
    float[] values = new float[(1 << 20) + 12345];
    Random random = new Random(1);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (10_000 + random.nextGaussian());
      sum += values[i];
    }
    double mean = sum / values.length;
    double squares = 0;
    for (float value : values) {
      squares += (value - mean) * (value - mean);
    }
    WeightStatistics numbers = of(values);
    assertEquals(mean, numbers.mean(), 1e-6);
    assertEquals(Math.sqrt(squares / values.length), numbers.deviation(), 1e-9);
    assertEquals(0, numbers.outliers());
  }

  @Test
  void whatIsOutOfTheOrdinaryIsCounted() {
    float[] values = new float[1000];
    Random random = new Random(2);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    values[0] = -7;
    values[1] = 8;
    values[2] = Float.NaN;
    values[3] = Float.intBitsToFloat(0x7f800001);
    values[4] = Float.NEGATIVE_INFINITY;
    WeightStatistics numbers = of(values);
    assertEquals(2, numbers.outliers());
    assertEquals(2, numbers.nans());
    assertEquals(1, numbers.infinities());
    assertEquals(-7, numbers.least());
    assertEquals(8, numbers.most());
  }

  @Test
  void withoutFiniteNumbersThereIsNoRange() {
    WeightStatistics numbers = of(Float.NaN);
    assertTrue(Float.isNaN(numbers.least()) && Double.isNaN(numbers.mean()));
    assertEquals(1, numbers.nans());
    assertTrue(Double.isNaN(of().deviation()));
  }

  @Test
  void codesAreNoNumbers() {
    StoredTensor codes = StoredTensor.of("codes", Tensor.zeros(DType.U8, 4));
    assertTrue(WeightStatistics.of(codes).isEmpty());
  }
}
