package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.pipeline.StageNeeds;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/**
 * The stages of a job on a device that computes nothing and reads no weights, which tells what they
 * need.
 *
 * @param device that the job will run on
 * @param work runs all its stages
 */
record Rehearsal(Backend device, Consumer<Stages> work) {
  /** What the stages need, in order. */
  List<StageNeeds> needs() {
    List<StageNeeds> needs = new ArrayList<>();
    Progress counting =
        new Progress() {
          @Override
          public void end(Stage stage, Report report) {
            needs.add(
                new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), report.flops()));
          }
        };
    run(counting, _ -> {});
    return List.copyOf(needs);
  }

  /**
   * How long the job will take on its device: the operations at the rates that a short measurement
   * finds. Empty for jobs that are over in moments, for devices without a measured peak, and for
   * those that compute while the host goes on, whose time is not the host's.
   */
  Optional<JobForecast> forecast() {
    return JobForecaster.of(device, this::operations);
  }

  /** How many operations the job takes. */
  long operations() {
    LongAdder count = new LongAdder();
    operations(_ -> {}, _ -> count.increment());
    return count.sum();
  }

  /** Shows each stage when it begins, and each operation. */
  void operations(Consumer<Stage> begins, Consumer<Operation> seen) {
    Progress stages =
        new Progress() {
          @Override
          public void begin(Stage stage, int count) {
            begins.accept(stage);
          }
        };
    run(stages, seen);
  }

  /** Shows the paths and shapes of tensors. */
  void show(Tracer tracer) {
    run(Progress.NONE, _ -> {}, tracer);
  }

  private void run(Progress progress, Consumer<Operation> seen) {
    run(progress, seen, Tracer.NONE);
  }

  private void run(Progress progress, Consumer<Operation> seen, Tracer tracer) {
    try (Backend dry = new DryRunBackend(device, seen)) {
      work.accept(new Stages(dry, progress, tracer, Optional.empty()));
    }
  }
}
