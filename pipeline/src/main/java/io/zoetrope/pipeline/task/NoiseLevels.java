package io.zoetrope.pipeline.task;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Setting;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The noise levels that a scheduler is asked for.
 *
 * @param sigmas one for each step, before they are shifted; empty for the scheduler's own
 * @param timesteps one for each step, in the place of sigmas; empty for the scheduler's own
 * @param mu strength of a shift that depends on the job; empty where none does
 */
public record NoiseLevels(
    Optional<double[]> sigmas, Optional<double[]> timesteps, OptionalDouble mu) {
  /** What a request says. */
  public static NoiseLevels of(GenerationRequest request) {
    return new NoiseLevels(
        given(request, Setting.SIGMAS), given(request, Setting.TIMESTEPS), OptionalDouble.empty());
  }

  private static Optional<double[]> given(
      GenerationRequest request, Setting<List<Double>> setting) {
    return request
        .find(setting)
        .map(values -> values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** The same with a shift that depends on the job. */
  public NoiseLevels withMu(double strength) {
    return new NoiseLevels(sigmas, timesteps, OptionalDouble.of(strength));
  }

  /** The same, with these sigmas where nothing is given. */
  public NoiseLevels orSigmas(double[] others) {
    return areGiven() ? this : new NoiseLevels(Optional.of(others), Optional.empty(), mu);
  }

  /** The same, with these timesteps where nothing is given. */
  public NoiseLevels orTimesteps(double[] others) {
    return areGiven() ? this : new NoiseLevels(Optional.empty(), Optional.of(others), mu);
  }

  private boolean areGiven() {
    return sigmas.isPresent() || timesteps.isPresent();
  }

  /**
   * Starts a run of a scheduler.
   *
   * @param steps how many there are
   * @throws IllegalArgumentException if there is no such schedule
   * @throws io.zoetrope.config.ConfigException if the scheduler's settings allow none
   */
  public void begin(Scheduler scheduler, int steps) {
    if (sigmas.isPresent()) {
      scheduler.setTimesteps(sigmas.get(), mu);
    } else if (timesteps.isPresent()) {
      scheduler.setGivenTimesteps(timesteps.get(), mu);
    } else {
      scheduler.setTimesteps(steps, mu);
    }
  }
}
