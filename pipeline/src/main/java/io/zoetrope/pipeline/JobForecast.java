package io.zoetrope.pipeline;

import io.zoetrope.pipeline.Progress.Stage;
import java.util.List;

/**
 * How long a job will take, found before it begins.
 *
 * @param stages in order, at least one
 */
public record JobForecast(List<StageForecast> stages) {
  /**
   * How long a stage will take.
   *
   * @param seconds of wall time
   * @param flops all its arithmetic, as {@link io.zoetrope.ops.Tracer.Operation} counts it
   */
  public record StageForecast(Stage stage, double seconds, long flops) {}

  /** What was found of a stage. */
  public StageForecast stage(Stage wanted) {
    return stages.stream()
        .filter(forecast -> forecast.stage() == wanted)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("the job has no stage " + wanted));
  }

  /** The forecast of so many jobs like this one. */
  public JobForecast times(int jobs) {
    return new JobForecast(
        stages.stream()
            .map(stage ->
                new StageForecast(stage.stage(), jobs * stage.seconds(), jobs * stage.flops()))
            .toList());
  }

  /** Seconds of all stages together. */
  public double seconds() {
    return stages.stream().mapToDouble(StageForecast::seconds).sum();
  }
}
