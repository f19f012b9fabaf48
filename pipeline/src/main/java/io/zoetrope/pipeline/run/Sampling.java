package io.zoetrope.pipeline.run;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

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
   * @param first the step that is taken first
   * @throws IllegalArgumentException if there is no such schedule
   * @throws io.zoetrope.config.ConfigException if the settings allow none
   */
  static Sampling of(SchedulerConfig config, GenerationRequest request, int first) {
    int steps = request.get(Setting.STEPS);
    Scheduler scheduler = config.scheduler();
    Optional<double[]> sigmas = given(request, Setting.SIGMAS);
    Optional<double[]> timesteps = given(request, Setting.TIMESTEPS);
    if (sigmas.isPresent()) {
      scheduler.setTimesteps(sigmas.get(), OptionalDouble.empty());
    } else if (timesteps.isPresent()) {
      scheduler.setGivenTimesteps(timesteps.get(), OptionalDouble.empty());
    } else {
      scheduler.setTimesteps(steps);
    }
    // Amid a schedule the first step is looked up by its timestep, as in diffusers.
    if (first == 0) {
      scheduler.setBeginIndex(0);
    }
    return new Sampling(scheduler, Arrays.copyOfRange(scheduler.timesteps(), first, steps));
  }

  private static Optional<double[]> given(
      GenerationRequest request, Setting<List<Double>> setting) {
    return request
        .find(setting)
        .map(values -> values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  @Override
  public void close() {
    scheduler.close();
  }
}
