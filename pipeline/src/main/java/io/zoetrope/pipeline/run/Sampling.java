package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.task.Conditioning;
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
   * @param request says how many steps the whole schedule has, and may say which
   * @param conditioning says which step is taken first, and may say which noise levels there are
   * @throws IllegalArgumentException if there is no such schedule
   * @throws io.zoetrope.config.ConfigException if the settings allow none
   */
  static Sampling of(SchedulerConfig config, GenerationRequest request, Conditioning conditioning) {
    int steps = request.get(Setting.STEPS);
    int first = conditioning.firstStep(steps);
    Scheduler scheduler = config.scheduler();
    conditioning.levels(request, config).begin(scheduler, steps);
    // Amid a schedule the first step is looked up by its timestep, as in diffusers.
    if (first == 0) {
      scheduler.setBeginIndex(0);
    }
    return new Sampling(scheduler, Arrays.copyOfRange(scheduler.timesteps(), first, steps));
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
