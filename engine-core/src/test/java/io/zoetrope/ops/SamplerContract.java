package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What a {@link Backend} must do around the networks: timesteps, scheduler steps, pixels. */
abstract class SamplerContract extends EncodingContract {
  @Test
  void linearCombination() {
    double[] weights = {2, -0.75, 1e-3, 1, 30, -1, 0, 0.1};
    for (int count : new int[] {1, 7, 1000, 4099}) {
      for (int terms = 1; terms <= weights.length; terms++) {
        for (DType dtype : COMPUTED) {
          linearCombination(dtype, count, Arrays.copyOf(weights, terms));
        }
      }
    }
  }

  /** Terms take turns in their dtypes; the result takes a new place, and that of the first. */
  private void linearCombination(DType dtype, int count, double[] weights) {
    Tensor[] terms = new Tensor[weights.length];
    Tensor[] there = new Tensor[weights.length];
    for (int k = 0; k < terms.length; k++) {
      terms[k] = values(k % 3 == 0 ? dtype : COMPUTED.get(k % 2), count);
      there[k] = tested.upload(terms[k]);
    }
    Tensor want = Tensor.zeros(dtype, count);
    for (int i = 0; i < count; i++) {
      double sum = 0;
      for (int k = 0; k < terms.length; k++) {
        sum += weights[k] * Conversions.toFloat(terms[k].segment(), terms[k].dtype(), i);
      }
      Conversions.fromFloat(want.segment(), dtype, i, (float) sum);
    }
    String what = "linearCombination of %d %s".formatted(terms.length, terms[0]);
    Tensor got = tested.allocate(dtype, want.shape());
    tested.linearCombinationInto(got, weights, there);
    float[] magnitude = constant(want, 1e-6 * largest(want));
    check(what, got, want, magnitude);
    tested.linearCombinationInto(there[0], weights, there);
    checkEqual(what + " in place", there[0], tested.download(got));
  }

  @Test
  void refusesCombinationsThatDoNotFit() {
    Tensor out = Tensor.zeros(DType.F32, 4);
    double[] two = {1, 1};
    assertRefused(() -> tested.linearCombinationInto(out, two, out));
    assertRefused(() -> tested.linearCombinationInto(out, new double[0]));
    assertRefused(() -> tested.linearCombinationInto(out, two, out, Tensor.zeros(DType.F32, 5)));
    assertRefused(() -> tested.linearCombinationInto(out, new double[] {Double.NaN}, out));
    Tensor[] nine = new Tensor[9];
    Arrays.fill(nine, out);
    assertRefused(() -> tested.linearCombinationInto(out, new double[9], nine));
  }

  @Test
  void timestepEmbedding() {
    float[] timesteps = {0, 999, 1, 0.03125f, 731.25f, -250, 1_000_000};
    for (int channels : new int[] {1, 2, 7, 256, 321}) {
      for (boolean flip : new boolean[] {true, false}) {
        for (float shift : new float[] {0, 0.5f}) {
          Tensor got =
              tested.timestepEmbedding(
                  tested.upload(Tensor.of(timesteps, timesteps.length)), channels, flip, shift);
          float[] actual = tested.download(got).toFloats();
          for (int row = 0; row < timesteps.length; row++) {
            float[] want = embedding(timesteps[row], channels, flip, shift);
            float[] part = Arrays.copyOfRange(actual, row * channels, (row + 1) * channels);
            assertArrayEquals(want, part, 1e-7f, "timestep " + timesteps[row]);
          }
        }
      }
    }
    assertRefused(() -> tested.timestepEmbedding(Tensor.zeros(DType.BF16, 2), 4, true, 0));
    assertRefused(() -> tested.timestepEmbedding(Tensor.zeros(DType.F32, 2), 0, true, 0));
    assertRefused(() -> tested.timestepEmbedding(Tensor.zeros(DType.F32, 2), 2, true, 1));
  }

  private static float[] embedding(float timestep, int channels, boolean flip, float shift) {
    float[] embedding = new float[channels];
    int half = channels / 2;
    for (int k = 0; k < half; k++) {
      float exponent = -((float) Math.log(10000)) * k / (half - shift);
      float angle = timestep * (float) Math.exp(exponent);
      embedding[flip ? half + k : k] = (float) Math.sin(angle);
      embedding[flip ? k : half + k] = (float) Math.cos(angle);
    }
    return embedding;
  }

  @Test
  void pixels() {
    float[] values = {
      -1, 1, 0, -3, 3, -0.99609375f, 0.00390625f, -1 + 1 / 255f, 0.5f, -0.25f, 1e-9f
    };
    int[] pixels = {0, 255, 128, 0, 255, 0, 128, 0, 191, 96, 128};
    for (DType dtype : COMPUTED) {
      for (int length : new int[] {values.length, 4096}) {
        float[] repeated = new float[length];
        for (int i = 0; i < length; i++) {
          repeated[i] = values[i % values.length];
        }
        Tensor x = reference.cast(Tensor.of(repeated, length), dtype);
        Tensor got = tested.download(tested.toPixels(tested.upload(x)));
        assertEquals(DType.U8, got.dtype());
        for (int i = 0; i < length; i++) {
          int pixel = got.segment().get(ValueLayout.JAVA_BYTE, i) & 0xff;
          assertEquals(pixels[i % pixels.length], pixel, "pixel of " + repeated[i]);
        }
      }
    }
  }

  @Test
  void finite() {
    for (DType dtype : COMPUTED) {
      for (int count : new int[] {1, 31, 4096}) {
        Tensor x = values(dtype, count);
        assertEquals(true, tested.isFinite(tested.upload(x)));
        for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
          Conversions.fromFloat(x.segment(), dtype, count - 1, value);
          assertEquals(false, tested.isFinite(tested.upload(x)), value + " in " + x);
        }
      }
    }
  }

  private static void assertRefused(Runnable call) {
    assertThrows(IllegalArgumentException.class, call::run);
  }
}
