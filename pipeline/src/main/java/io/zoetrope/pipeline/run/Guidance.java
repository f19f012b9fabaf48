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
}
