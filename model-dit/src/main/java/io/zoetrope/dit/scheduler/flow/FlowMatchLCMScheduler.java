package io.zoetrope.dit.scheduler.flow;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalDouble;

/**
 * Few steps with checkpoints that were distilled for them: each predicts the data, to which new
 * noise is added (Luo et al., "Latent Consistency Models", 2023, and Yin et al., "Improved
 * Distribution Matching Distillation", 2024, for flow matching).
 *
 * <p>Source: diffusers, {@code schedulers/scheduling_flow_match_lcm.py}. Given timesteps stay as
 * they are; the sigmas that belong to them are shifted.
 */
public final class FlowMatchLCMScheduler extends FlowMatchScheduler {
  /** How it is named and configured. */
  public static final SchedulerKind KIND =
      new SchedulerKind(
          "FlowMatchLCMScheduler",
          "lcm",
          SHIFT,
          parameters("scale_factors", "upscale_mode"),
          FlowMatchLCMScheduler::read);

  private FlowMatchLCMScheduler(FlowSettings settings) {
    super(KIND.className(), settings);
  }

  private static FlowMatchLCMScheduler read(JsonConfig fields) {
    fields.require(!fields.json().hasNonNull("scale_factors"), "scale_factors", "null");
    return new FlowMatchLCMScheduler(settings(fields));
  }

  @Override
  public void setGivenTimesteps(double[] timesteps, OptionalDouble mu) {
    super.setGivenTimesteps(timesteps, mu);
    replaceTimesteps(timesteps);
  }

  @Override
  public boolean addsNoise() {
    return true;
  }

  @Override
  protected void advance(Ops ops, int index, Tensor modelOutput, Tensor sample, NoiseSource noise) {
    renoise(ops, index, modelOutput, sample, noise);
  }
}
