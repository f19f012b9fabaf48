package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Classifier-free guidance (Ho and Salimans, 2022). */
public final class Guidance {
  private Guidance() {}

  /**
   * {@code uncond + scale * (cond - uncond)}.
   *
   * @param cond prediction with the prompt, F32 or BF16
   * @param uncond prediction with the negative prompt, of the same shape
   * @return F32, of the same shape, in the current scope
   */
  public static Tensor apply(Ops ops, Tensor cond, Tensor uncond, double scale) {
    Tensor guided = ops.allocate(DType.F32, cond.shape());
    ops.linearCombinationInto(guided, new double[] {scale, 1 - scale}, cond, uncond);
    return guided;
  }

  /**
   * The scale at a timestep where guidance is dynamic: {@code 1 + scale * (1 - cos(pi * ((steps -
   * timestep) / steps)^5)) / 2} ({@code use_dynamic_cfg} of {@code CogVideoXPipeline} in diffusers,
   * which puts the timestep where the number of the step is meant).
   *
   * @param steps how many are taken
   */
  static double dynamicScale(double scale, int steps, double timestep) {
    double share = Math.pow((steps - timestep) / steps, 5);
    return 1 + scale * ((1 - Math.cos(Math.PI * share)) / 2);
  }

  /**
   * Brings a guided prediction, in part, to the standard deviation of the prediction with the
   * prompt, which strong guidance exceeds (Lin et al., "Common Diffusion Noise Schedules and Sample
   * Steps are Flawed", 2023, section 3.4). One that is the same everywhere stays as it is.
   *
   * @param guided F32, changed in place
   * @param cond prediction with the prompt
   * @param share how much of the result is rescaled, from 0 to 1
   */
  static void rescaleInPlace(Ops ops, Tensor guided, Tensor cond, double share) {
    double factor = deviation(ops, cond) / deviation(ops, guided);
    if (Double.isFinite(factor)) {
      ops.linearCombinationInto(guided, new double[] {share * factor + 1 - share}, guided);
    }
  }

  /** The standard deviation of all elements as those of a sample. */
  private static double deviation(Ops ops, Tensor x) {
    float[] values = ops.download(x).toFloats();
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    double mean = sum / values.length;
    double squares = 0;
    for (float value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
