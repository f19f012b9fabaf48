package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import java.util.Arrays;

/**
 * The run of a scheduler that a request asks for.
 *
 * @param scheduler at the beginning of its run
 * @param timesteps those of its schedule that are done
 */
record Sampling(Scheduler scheduler, float[] timesteps) implements AutoCloseable {
  /**
   * Makes the schedule.
   *
   * @param steps of the whole schedule
   * @param first the step that is taken first
   * @throws IllegalArgumentException if there is no such schedule
   * @throws io.zoetrope.config.ConfigException if the settings allow none
   */
  static Sampling of(SchedulerConfig config, int steps, int first) {
    Scheduler scheduler = config.scheduler();
    scheduler.setTimesteps(steps);
    // Amid a schedule the first step is looked up by its timestep, as in diffusers.
    if (first == 0) {
      scheduler.setBeginIndex(0);
    }
    return new Sampling(scheduler, Arrays.copyOfRange(scheduler.timesteps(), first, steps));
  }

  /** The same without all steps behind the first ones. */
  Sampling first(int steps) {
    return new Sampling(scheduler, Arrays.copyOf(timesteps, Math.min(steps, timesteps.length)));
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
