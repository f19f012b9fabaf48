package io.zoetrope.tools.profile;

import io.zoetrope.ops.DeviceWatcher;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Collects a {@link Profile}: give it to one job as tracer and as progress. The clock starts when
 * it is made.
 */
public final class Profiler implements Tracer, Progress {
  private final Progress shown;
  private final Optional<FlightRecording> recording;
  private final List<Profile.Stage> stages = new ArrayList<>();
  private final List<Profile.Scope> scopes = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final Queue<Profile.Work> works = new ConcurrentLinkedQueue<>();
  private final long startNanos = System.nanoTime();
  private int steps;
  private int reused;
  private long stageStartNanos;
  private long kernelNanos;

  /**
   * Starts the clock.
   *
   * @param shown hears of the progress, too
   */
  public Profiler(Progress shown) {
    this(shown, Optional.empty());
  }

  /**
   * Starts the clock.
   *
   * @param shown hears of the progress, too
   * @param recording gets operations and stages, too
   */
  public Profiler(Progress shown, Optional<FlightRecording> recording) {
    this.shown = shown;
    this.recording = recording;
  }

  @Override
  public boolean wantsOperations() {
    return true;
  }

  @Override
  public boolean timesOperations() {
    return true;
  }

  @Override
  public void operationBegins() {
    recording.ifPresent(FlightRecording::operationBegins);
  }

  @Override
  public void operation(Operation operation) {
    recording.ifPresent(events -> events.operationEnds(operation));
    operations.add(operation);
    kernelNanos += operation.nanos();
  }

  @Override
  public void scope(String path, long startNanos, long nanos) {
    scopes.add(new Profile.Scope(path, startNanos, nanos));
  }

  @Override
  public void begin(Stage stage, int steps) {
    shown.begin(stage, steps);
    this.steps = steps;
    reused = 0;
    kernelNanos = 0;
    recording.ifPresent(events -> events.stageBegins(stage, steps));
    stageStartNanos = System.nanoTime();
  }

  @Override
  public void step(Stage stage, int done) {
    shown.step(stage, done);
  }

  @Override
  public void reused(Stage stage, int predictions) {
    shown.reused(stage, predictions);
    reused = predictions;
  }

  @Override
  public void end(Stage stage, Report report) {
    stages.add(
        new Profile.Stage(
            stage,
            steps,
            reused,
            stageStartNanos,
            System.nanoTime() - stageStartNanos,
            kernelNanos,
            report.weightBytes() + report.scratchBytes()));
    recording.ifPresent(events -> events.stageEnds(report.weightBytes() + report.scratchBytes()));
    shown.end(stage, report);
  }

  /** Collects what threads of a backend do, which hears of it for as long as that is wanted. */
  public DeviceWatcher watcher() {
    return new DeviceWatcher() {
      @Override
      public void worked(String thread, long startNanos, long nanos) {
        works.add(new Profile.Work(thread, Profile.Work.UNKNOWN, startNanos, nanos));
      }

      @Override
      public void packed(String weight, long startNanos, long nanos) {
        works.add(new Profile.Work(Profile.Work.PACKING, weight, startNanos, nanos));
      }
    };
  }

  /** How long the job has taken until now. */
  public long nanos() {
    return System.nanoTime() - startNanos;
  }

  /**
   * What was collected.
   *
   * @param conditions of what else decides about times
   * @param memory of the process on the way, if that was watched
   * @param nanos of the job, from {@link #nanos} when it was over
   */
  public Profile profile(
      String job,
      String device,
      Map<String, Object> conditions,
      Optional<Roofline> roofline,
      List<MemorySampler.Sample> memory,
      long nanos) {
    return new Profile(
        job,
        device,
        conditions,
        roofline,
        startNanos,
        nanos,
        List.copyOf(stages),
        List.copyOf(scopes),
        List.copyOf(operations),
        namedWorks(),
        memory);
  }

  /** What threads did has the names of the operations that they did it in. */
  private List<Profile.Work> namedWorks() {
    TreeMap<Long, Tracer.Operation> byStart = new TreeMap<>();
    operations.forEach(operation -> byStart.put(operation.startNanos(), operation));
    return works.stream()
        .map(work -> {
          Map.Entry<Long, Tracer.Operation> found = byStart.floorEntry(work.startNanos());
          return found == null ? work : work.within(found.getValue());
        })
        .toList();
  }
}
