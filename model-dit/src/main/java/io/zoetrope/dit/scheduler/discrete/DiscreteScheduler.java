package io.zoetrope.dit.scheduler.discrete;

import io.zoetrope.dit.scheduler.Scheduler;

/** A scheduler for models that were trained with a table of noise levels. */
public interface DiscreteScheduler extends Scheduler {
  /** The share of noise that each timestep adds; a copy. */
  float[] betas();

  /** The share of data at each timestep, as a variance; a copy. */
  float[] alphasCumprod();
}
