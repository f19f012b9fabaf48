package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Roofline;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.JobForecast.StageForecast;
import io.zoetrope.pipeline.Progress.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Finds out how long a job will take, from its operations and the speed of its device. */
final class JobForecaster {
  /** Less is over within seconds on any machine: a measurement of the device would take longer. */
  private static final double LEAST_FLOPS = 1e12;

  private JobForecaster() {}

  /** A dry run of a job. */
  @FunctionalInterface
  interface DryRun {
    /** Runs it; its stages and their operations are counted. */
    void run(StageTallies counted);
  }

  /**
   * Counts the operations of a job now.
   *
   * @return finds out how long they take, on any thread: at once if the rates of all of them are
   *     known, else within seconds; empty if the job is short or the device has no measured peak
   */
  static Supplier<Optional<JobForecast>> of(Backend device, DryRun job) {
    return of(device, KnownRates.of(device), device::roofline, job);
  }

  /**
   * The same with somebody else's peaks.
   *
   * @param known of the device
   * @param peaks of the device; asked for long jobs alone, since they take a second
   */
  static Supplier<Optional<JobForecast>> of(
      Backend device, KnownRates known, Supplier<Optional<Roofline>> peaks, DryRun job) {
    if (!device.computesInMainMemory()) {
      return Optional::empty;
    }
    StageTallies tallies = new StageTallies(device);
    job.run(tallies);
    return tallies.flops() < LEAST_FLOPS
        ? Optional::empty
        : () ->
            known
                .roofline(peaks)
                .map(roofline -> forecast(device, roofline, known, tallies.stages()));
  }

  private static JobForecast forecast(
      Backend device, Roofline roofline, KnownRates known, Map<Stage, OperationTally> tallies) {
    List<StageForecast> stages = new ArrayList<>();
    try (OperationRates rates = new OperationRates(device, roofline, known)) {
      do {
        stages.clear();
        tallies.forEach((stage, tally) ->
            stages.add(new StageForecast(stage, tally.seconds(rates), tally.flops())));
      } while (rates.settle());
    }
    return new JobForecast(List.copyOf(stages));
  }
}
