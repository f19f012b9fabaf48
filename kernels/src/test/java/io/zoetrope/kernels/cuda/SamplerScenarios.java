package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Timesteps, guidance and scheduler steps, pixels. */
final class SamplerScenarios extends ReferenceComparison {
  /** Single elements, groups of 8, and both so many that a thread goes round its loop. */
  private static final int[] COUNTS = {3, 13, 2056, 4109};

  private final Ops tested;

  SamplerScenarios(Ops tested) {
    super(tested);
    this.tested = tested;
  }

  void linearCombination() {
    double[] weights = {0.5, -3, 1.25, 1e-3, 7, -0.1, 2, 1};
    for (DType dtype : BOTH) {
      DType other = dtype == DType.F32 ? DType.BF16 : DType.F32;
      for (int count : COUNTS) {
        check(
            (ops, t) -> {
              ops.linearCombinationInto(t[0], new double[] {1, -0.25}, t);
              return t[0];
            },
            values(dtype, count),
            values(other, count));
        Tensor[] terms = new Tensor[weights.length];
        for (int k = 0; k < terms.length; k++) {
          terms[k] = values(k % 2 == 0 ? dtype : other, count);
        }
        check(
            (ops, t) -> {
              Tensor out = ops.allocate(dtype, t[0].shape());
              ops.linearCombinationInto(out, weights, t);
              return out;
            },
            terms);
      }
    }
  }

  void timestepEmbedding() {
    Tensor timesteps = Tensor.of(new float[] {0, 999, 0.25f, -731.5f, 1_000_000}, 5);
    for (int channels : new int[] {1, 7, 256}) {
      check((ops, t) -> ops.timestepEmbedding(t[0], channels, true, 0), timesteps);
      check((ops, t) -> ops.timestepEmbedding(t[0], channels, false, -0.5f), timesteps);
    }
  }

  void toPixels() {
    for (DType dtype : BOTH) {
      for (int count : COUNTS) {
        Tensor x = values(dtype, count);
        // The middle between two pixel values, and both ends.
        Conversions.fromFloat(x.segment(), dtype, 0, 0);
        Conversions.fromFloat(x.segment(), dtype, 1, 1);
        Conversions.fromFloat(x.segment(), dtype, 2, -1);
        checkEqual((ops, t) -> ops.toPixels(t[0]), x);
      }
    }
  }

  void isFinite() {
    for (DType dtype : BOTH) {
      for (int count : COUNTS) {
        Tensor x = values(dtype, count);
        requireFinite(x, true);
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
          for (int place : new int[] {0, count - 1}) {
            Tensor broken = values(dtype, count);
            Conversions.fromFloat(broken.segment(), dtype, place, value);
            requireFinite(broken, false);
          }
        }
      }
    }
  }

  private void requireFinite(Tensor x, boolean finite) {
    if (tested.isFinite(tested.upload(x)) != finite) {
      throw new AssertionError("isFinite(%s) is not %s".formatted(x, finite));
    }
  }
}
