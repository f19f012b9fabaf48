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
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The stages of a job on a device that computes nothing and reads no weights, which tells what they
 * need.
 *
 * @param device that the job will run on
 * @param mostTimes how often the same work is done, where it is enough to count it from then on
 * @param work runs all its stages
 */
record Rehearsal(Backend device, int mostTimes, BiConsumer<Stages, Repeats> work) {
  /** Of a job that does nothing over and over, or whose work is not to be left out. */
  Rehearsal(Backend device, Consumer<Stages> work) {
    this(device, Integer.MAX_VALUE, (stages, _) -> work.accept(stages));
  }

  /** What the stages need, in order. */
  List<StageNeeds> needs() {
    List<StageNeeds> needs = new ArrayList<>();
    long[] repeatedFlops = new long[1];
    Progress counting =
        new Progress() {
          @Override
          public void begin(Stage stage, int count) {
            repeatedFlops[0] = 0;
          }

          @Override
          public void end(Stage stage, Report report) {
            long flops = report.flops() + repeatedFlops[0];
            needs.add(new StageNeeds(stage, report.weightBytes(), report.scratchBytes(), flops));
          }
        };
    Repeats repeats =
        new Repeats(device, mostTimes, again -> repeatedFlops[0] += again.matrixFlops());
    run(counting, repeats::see, Tracer.NONE, repeats);
    return List.copyOf(needs);
  }

  /**
   * How long the job will take on its device: the operations at the rates that a short measurement
   * finds. Empty for jobs that are over in moments, for devices without a measured peak, and for
   * those that compute while the host goes on, whose time is not the host's.
   *
   * @return measures when it is asked, what was not measured before; the dry run is over by then
   */
  Supplier<Optional<JobForecast>> forecast() {
    return JobForecaster.of(device, this::count);
  }

  /** Counts the operations of each stage. */
  void count(StageTallies tallies) {
    Repeats repeats = new Repeats(device, mostTimes, tallies::addAgain);
    run(
        beginning(tallies::begin),
        operation -> {
          tallies.add(operation);
          repeats.see(operation);
        },
        Tracer.NONE,
        repeats);
  }

  /** How many operations the job takes. */
  long operations() {
    LongAdder count = new LongAdder();
    operations(_ -> {}, _ -> count.increment());
    return count.sum();
  }

  /** Shows each stage when it begins, and each operation. */
  void operations(Consumer<Stage> begins, Consumer<Operation> seen) {
    run(beginning(begins), seen, Tracer.NONE, Repeats.NONE);
  }

  private static Progress beginning(Consumer<Stage> begins) {
    return new Progress() {
      @Override
      public void begin(Stage stage, int count) {
        begins.accept(stage);
      }
    };
  }

  /** Shows the paths and shapes of tensors. */
  void show(Tracer tracer) {
    run(Progress.NONE, _ -> {}, tracer, Repeats.NONE);
  }

  private void run(Progress progress, Consumer<Operation> seen, Tracer tracer, Repeats repeats) {
    try (Backend dry = new DryRunBackend(device, seen)) {
      work.accept(new Stages(dry, progress, tracer, Optional.empty()), repeats);
    }
  }
}
