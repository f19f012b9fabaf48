package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;

/**
 * Denoising diffusion implicit models on the noise levels of CogVideoX, without new noise: each
 * step goes along the line from the data that the model predicts.
 *
 * <p>Source: Song et al., "Denoising Diffusion Implicit Models" (2020), equation 12; Yang et al.,
 * "CogVideoX" (2024); diffusers, {@code schedulers/scheduling_ddim_cogvideox.py}.
 */
public final class CogVideoXDDIMScheduler extends CogVideoXScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "CogVideoXDDIMScheduler",
          "cogvideox-ddim",
          null,
          PARAMETERS,
          CogVideoXDDIMScheduler::new);

  private CogVideoXDDIMScheduler(JsonConfig fields) {
    super(KIND, fields);
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    double alpha = alpha(index);
    double next = nextAlpha(index);
    double ofSample = Math.sqrt((1 - next) / (1 - alpha));
    double ofData = Math.sqrt(next) - Math.sqrt(alpha) * ofSample;
    double[] data = originalSample(index);
    double[] weights = {ofSample + ofData * data[0], ofData * data[1]};
    ops.linearCombinationInto(sample, weights, sample, modelOutput);
  }
}
