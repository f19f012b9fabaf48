package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.files.Printable;
import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Runs jobs on one device, one after the other. Whatever a job ends with, the next one is run. */
final class Worker implements Runnable {
  /** A job without a sign of life for so long is somebody else's. */
  private static final int LEASE_SECONDS = 60;

  private static final int SIGN_SECONDS = 10;

  /** A job that takes the process down so often, without getting on, is not tried again. */
  private static final int MOST_ATTEMPTS = 10;

  private static final int STORE_TRIES = 600;
  private static final long PAUSE_MILLIS = 1000;

  private final String name;
  private final JobRunner runner;
  private final JobService service;
  private final MemoryBudget memory;

  /**
   * A worker.
   *
   * @param name that no other one has
   */
  Worker(String name, JobRunner runner, JobService service, MemoryBudget memory) {
    this.name = name;
    this.runner = runner;
    this.service = service;
    this.memory = memory;
  }

  @Override
  public void run() {
    try (runner;
        ScheduledExecutorService signs =
            Executors.newSingleThreadScheduledExecutor(Worker::daemon)) {
      while (!service.isClosing()) {
        try {
          Optional<JobRecord> job = service.store().claim(name, LEASE_SECONDS);
          if (job.isPresent()) {
            run(job.get(), signs);
          } else {
            service.awaitWork();
          }
        } catch (StoreException e) {
          service.log(e.getMessage());
          pause();
        } catch (RuntimeException e) {
          service.log("a defect of the server: " + e);
          pause();
        }
      }
    }
  }

  private static Thread daemon(Runnable signs) {
    Thread thread = new Thread(signs, "signs of life");
    thread.setDaemon(true);
    return thread;
  }

  private void run(JobRecord job, ScheduledExecutorService signs) {
    RunningJob running = new RunningJob(job, service.events());
    service.begin(running);
    var sign =
        signs.scheduleAtFixedRate(
            () -> renew(running), SIGN_SECONDS, SIGN_SECONDS, TimeUnit.SECONDS);
    long bytes = Work.of(job.work()).neededBytes();
    try {
      if (job.attempts() > MOST_ATTEMPTS) {
        throw new DataFolder.UnusableException(
            "it was begun %d times, and the server ended each time before the next step"
                .formatted(MOST_ATTEMPTS));
      }
      memory.take(bytes, running);
      try {
        ObjectNode facts = runner.run(running, () -> renew(running));
        running.requireWanted();
        complete(running, facts);
      } finally {
        memory.giveBack(bytes);
      }
    } catch (CancellationException _) {
      stopped(running);
    } catch (StoreException e) {
      // A store that is away is no failure of the job: when its lease is over it goes on from its
      // checkpoint.
      throw e;
    } catch (Exception | Error e) {
      fail(running, e);
    } finally {
      sign.cancel(false);
      service.end(running);
    }
  }

  /** Says that the job goes on; it is stopped if it is not wanted, or not this worker's. */
  private void renew(RunningJob running) {
    try {
      if (!service.store().renew(running.job().id(), name, LEASE_SECONDS, running.taken())) {
        running.stop(RunningJob.Stop.CANCEL);
      }
    } catch (StoreException e) {
      service.log(e.getMessage());
    }
  }

  private void complete(RunningJob running, ObjectNode facts) {
    String id = running.job().id();
    boolean isKept =
        persistently(() -> service.store().complete(id, name, service.expiry(), facts));
    service.data().tidy(id);
    service.log(isKept ? "completed " + id : "dropped " + id);
  }

  private void stopped(RunningJob running) {
    String id = running.job().id();
    if (running.stopped().equals(Optional.of(RunningJob.Stop.SHUTDOWN))) {
      persistently(() -> {
        service.store().release(id, name);
        return true;
      });
      service.log("kept %s behind step %d".formatted(id, running.taken()));
    } else {
      service.log("cancelled " + id);
    }
  }

  private void fail(RunningJob running, Throwable e) {
    String id = running.job().id();
    JobRecord.Failure failure = failure(e);
    service.log("failed %s: %s".formatted(id, failure.message()));
    if (!(e instanceof ExpectedException)) {
      // What it has left in memory is not to be trusted.
      runner.close();
    }
    service.failed(id, name, failure);
    service.data().tidy(id);
    OutputFile.deleteQuietly(service.data().job(id).resolve(DataFolder.VIDEO));
  }

  /** What clients are told: paths of this machine are not their affair. */
  private JobRecord.Failure failure(Throwable e) {
    String message =
        switch (e) {
          case ExpectedException expected -> expected.getMessage();
          case IOException io -> FileErrors.reason(io);
          case UncheckedIOException io -> FileErrors.reason(io.getCause());
          case OutOfMemoryError _ -> "out of memory: use a smaller size or fewer frames";
          default -> "a defect of the server: " + e;
        };
    String code =
        e instanceof ExpectedException
                || e instanceof IOException
                || e instanceof UncheckedIOException
            ? "job_failed"
            : e instanceof OutOfMemoryError ? "out_of_memory" : "internal_error";
    String shown = message.replace(service.data().root().toString(), "the data folder");
    return new JobRecord.Failure(code, Printable.line(shown));
  }

  /** Tries until the store takes it: a full disk may have room again. */
  private <T> T persistently(Supplier<T> write) {
    for (int i = 1; ; i++) {
      try {
        return write.get();
      } catch (StoreException e) {
        service.data().useReserve();
        if (i == STORE_TRIES || service.isClosing() && i > 2) {
          throw e;
        }
        if (i > 1) {
          service.log(e.getMessage());
          pause();
        }
      }
    }
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
