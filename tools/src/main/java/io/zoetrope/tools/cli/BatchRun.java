package io.zoetrope.tools.cli;

import io.zoetrope.tools.batch.BatchEngine;
import io.zoetrope.tools.batch.BatchException;
import io.zoetrope.tools.batch.BatchFolder;
import io.zoetrope.tools.batch.BatchJob;
import io.zoetrope.tools.batch.BatchOutcome;
import io.zoetrope.tools.batch.BatchWorker;
import io.zoetrope.tools.batch.JobsFile;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs what is not done yet, keeps what comes, and says how far it is. */
final class BatchRun {
  private final BatchFolder folder;
  private final PrintWriter err;

  /** Failures after which the batch is given up; negative for never. */
  private final int mostFailures;

  private int all;
  private int done;
  private int made;
  private int failed;
  private long began;
  private BatchException trouble;

  /**
   * A run.
   *
   * @param err gets a line for each job that ends
   * @param mostFailures more than so many end the batch; negative for no end
   */
  BatchRun(BatchFolder folder, PrintWriter err, int mostFailures) {
    this.folder = folder;
    this.err = err;
    this.mostFailures = mostFailures;
  }

  /**
   * Runs a batch.
   *
   * @return how many of its jobs failed
   * @throws BatchException if there were too many failures, or clips cannot be kept
   * @throws InterruptedException if the caller is interrupted
   */
  int run(JobsFile file, BatchEngine engine, String master, BatchWorker worker)
      throws InterruptedException {
    List<BatchJob> jobs = new ArrayList<>();
    for (BatchJob job : file.jobs()) {
      if (!folder.has(job)) {
        jobs.add(job);
      }
    }
    all = file.jobs().size() + file.broken().size();
    done = file.jobs().size() - jobs.size();
    announce(file);
    began = System.nanoTime();
    Thread caller = Thread.currentThread();
    file.broken().forEach(this::keep);
    requireGoingOn();
    if (!jobs.isEmpty()) {
      try {
        engine.run(
            master,
            jobs,
            worker,
            outcome -> {
              if (trouble == null) {
                keep(outcome);
                if (trouble != null) {
                  caller.interrupt();
                }
              }
            });
      } catch (InterruptedException e) {
        requireGoingOn();
        throw e;
      }
    }
    requireGoingOn();
    err.println(
        "%d of %d clips are there%s"
            .formatted(all - failed, all, failed == 0 ? "" : ", %d jobs failed".formatted(failed)));
    return failed;
  }

  private void announce(JobsFile file) {
    String there = done == 0 ? "" : ", %d of them done before".formatted(done);
    String same = file.repeated() == 0 ? "" : ", repeated lines: %d".formatted(file.repeated());
    err.println("%d jobs%s%s".formatted(all, there, same));
  }

  private void requireGoingOn() {
    if (trouble != null) {
      throw trouble;
    }
  }

  private synchronized void keep(BatchOutcome outcome) {
    try {
      folder.add(outcome);
    } catch (BatchException e) {
      trouble = e;
      return;
    }
    if (outcome.isMade()) {
      made++;
    } else {
      failed++;
    }
    err.println(
        "[%d/%d] line %d: %s"
            .formatted(done + made + failed, all, outcome.job().line(), text(outcome)));
    if (mostFailures >= 0 && failed > mostFailures) {
      trouble =
          new BatchException(
              "stopped: %d jobs failed, and --max-failures is %d; the same command goes on"
                  .formatted(failed, mostFailures));
    }
  }

  private String text(BatchOutcome outcome) {
    if (!outcome.isMade()) {
      return "failed: " + outcome.message();
    }
    int left = all - done - made - failed;
    double rate = (System.nanoTime() - began) / 1e9 / made;
    return String.format(
        Locale.ROOT,
        "%s, %.1f s%s",
        folder.clip(outcome.job()).getFileName(),
        outcome.seconds(),
        left == 0 ? "" : ", %s left".formatted(Durations.rounded(rate * left)));
  }
}
