package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.run.Job;
import io.zoetrope.server.api.Json;
import io.zoetrope.server.store.JobRecord;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * A job that a worker has. Other threads ask how far it is, and stop it; what it does with files is
 * never interrupted.
 */
final class RunningJob implements Progress {
  /** Between events of one step, in nanoseconds. */
  private static final long PAUSE = 250_000_000L;

  /** Shares of the whole where no time is known. */
  private static final double DENOISING_BEGINS = 0.05;

  private static final double DENOISING_ENDS = 0.85;
  private static final int PERCENT = 100;

  /** Why a job is stopped. */
  enum Stop {
    /** It is not wanted any more. */
    CANCEL,
    /** The server ends; the job goes on later. */
    SHUTDOWN
  }

  private final JobRecord job;
  private final JobEvents events;
  private final Thread thread = Thread.currentThread();
  private final long began = System.nanoTime();

  private Stop stop;
  private boolean isComputing;
  private Job computed;
  private int firstStep;
  private Runnable afterStep = () -> {};

  /** Of several jobs of the engine, one after the other. */
  private int round = 1;

  private int rounds = 1;

  /** Steps of the rounds before this one. */
  private int earlierSteps;

  private Stage stage;
  private int steps;
  private long stageBegan;
  private long lastEvent;

  /** Steps behind which the checkpoint is, or will be when the next one is written. */
  private volatile int taken;

  private volatile ObjectNode shown;
  private volatile int percent;

  /** A job that the calling thread runs. */
  RunningJob(JobRecord job, JobEvents events) {
    this.job = job;
    this.events = events;
    this.taken = job.steps();
  }

  JobRecord job() {
    return job;
  }

  /** Steps that are taken. */
  int taken() {
    return taken;
  }

  /** How far the stage under way is, for clients; null before the first one. */
  ObjectNode shown() {
    return shown;
  }

  /** Percent of the whole, about. */
  int percent() {
    return percent;
  }

  // ---------------------------------------------------------------- stopping

  /** Stops the job, as soon as the operation under way is over; a second reason changes nothing. */
  synchronized void stop(Stop reason) {
    if (stop == null) {
      stop = reason;
      if (isComputing) {
        thread.interrupt();
      }
      notifyAll();
    }
  }

  /** Why the job is to stop; empty if it isn't. */
  synchronized Optional<Stop> stopped() {
    return Optional.ofNullable(stop);
  }

  /** Does something that an interrupt may end. */
  <T> T compute(Supplier<T> work) {
    synchronized (this) {
      requireWanted();
      isComputing = true;
    }
    try {
      return work.get();
    } finally {
      synchronized (this) {
        isComputing = false;
        // It may have come too late to be noticed.
        Thread.interrupted();
      }
    }
  }

  /**
   * Goes on only if nobody has stopped the job.
   *
   * @throws CancellationException if somebody has
   */
  synchronized void requireWanted() {
    if (stop != null) {
      throw new CancellationException();
    }
  }

  /** The job of the engine, whose state is kept when the server ends and it does not. */
  synchronized void computes(Job job, Runnable whenStepTaken) {
    computed = job;
    afterStep = whenStepTaken;
    if (job != null) {
      firstStep = job.takenSteps();
      taken = earlierSteps + firstStep;
    }
  }

  /**
   * What the engine does next is one of several rounds.
   *
   * @param number from 1
   * @param count of all
   * @param earlier steps of those before
   */
  synchronized void round(int number, int count, int earlier) {
    round = number;
    rounds = Math.max(number, count);
    earlierSteps = earlier;
  }

  /** Writes the state behind the last step, from another thread. */
  synchronized void keep() {
    if (computed != null) {
      computed.keep();
    }
  }

  // ---------------------------------------------------------------- progress

  @Override
  public void begin(Stage begun, int count) {
    stage = begun;
    steps = Math.max(1, count);
    stageBegan = System.nanoTime();
    show(0, 0, true);
  }

  @Override
  public void step(Stage begun, int done) {
    if (begun == Stage.DENOISE) {
      taken = earlierSteps + firstStep + done;
      afterStep.run();
    }
    show(done, 0, done == steps);
  }

  @Override
  public void within(Stage begun, int done, double share) {
    show(done, share, false);
  }

  private void show(int done, double share, boolean isMust) {
    long now = System.nanoTime();
    if (!isMust && now - lastEvent < PAUSE) {
      return;
    }
    lastEvent = now;
    int before = stage == Stage.DENOISE ? firstStep : 0;
    double passed = done + share;
    double gone = (now - stageBegan) / 1e9;
    Double rate = passed > 0 ? gone / passed : null;
    percent = percent(before + passed, before + steps);
    ObjectNode view = Json.object();
    view.put("name", stage.name().toLowerCase(Locale.ROOT));
    view.put(
        "title",
        rounds == 1 ? stage.title() : "%s, round %d of %d".formatted(stage.title(), round, rounds));
    view.put("step", before + done).put("steps", before + steps);
    view.put("seconds_per_step", rate);
    view.put("seconds_left", rate == null ? null : rate * (steps - passed));
    shown = view;
    ObjectNode event = view.deepCopy();
    event.set("stage", event.remove("name"));
    event.put("progress", percent).put("seconds_gone", (now - began) / 1e9);
    events.publish(job.id(), "progress", event, false);
  }

  /** About how much of the whole is done: most of it is denoising. */
  private int percent(double done, int all) {
    double share = Math.min(1, done / all);
    double whole =
        switch (stage) {
          case ENCODE_PROMPTS, ENCODE_IMAGES, ENCODE_VIDEO -> DENOISING_BEGINS * share;
          case DENOISE -> DENOISING_BEGINS + (DENOISING_ENDS - DENOISING_BEGINS) * share;
          default -> DENOISING_ENDS + (0.99 - DENOISING_ENDS) * share;
        };
    return Math.max(percent, (int) (PERCENT * (round - 1 + whole) / rounds));
  }
}
