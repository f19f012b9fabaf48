package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.scheduler.SchedulerKind;
import java.util.Set;

/** What the schedulers of CogVideoX have in common: noise levels and parameters. */
abstract class CogVideoXScheduler extends TableScheduler {
  /** The parameters that the classes share. */
  static final Set<String> PARAMETERS =
      Set.of(
          "beta_end",
          "beta_schedule",
          "beta_start",
          "clip_sample",
          "clip_sample_range",
          "num_train_timesteps",
          "prediction_type",
          "rescale_betas_zero_snr",
          "sample_max_value",
          "set_alpha_to_one",
          "snr_shift_scale",
          "steps_offset",
          "timestep_spacing",
          "trained_betas");

  /**
   * A scheduler with the settings of a configuration. Samples are never clipped, whatever {@code
   * clip_sample} says, as in diffusers.
   */
  CogVideoXScheduler(SchedulerKind kind, JsonConfig fields) {
    this(kind, fields, CogVideoXNoiseSchedule.read(fields));
  }

  private CogVideoXScheduler(
      SchedulerKind kind, JsonConfig fields, CogVideoXNoiseSchedule schedule) {
    super(kind, fields, schedule.betas(), schedule.alphasCumprod());
  }
}
