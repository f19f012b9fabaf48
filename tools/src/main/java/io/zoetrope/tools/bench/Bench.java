package io.zoetrope.tools.bench;

import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.tools.bench.Workload.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CancellationException;

/** Measures tests one after the other, each with a warm-up that doesn't count. */
public final class Bench {
  /**
   * Code that ran once is not compiled yet: short runs are best repeated for so long beforehand.
   */
  public static final double WARM_UP_SECONDS = 3;

  private Bench() {}

  /**
   * Measures one test.
   *
   * @param model name for the result
   * @param threads compute threads of the model's backend, for the result
   * @param warmUpSeconds as {@link #warmUp} takes it
   * @param repetitions how many runs count, at least 1
   * @throws CancellationException if the thread is interrupted
   * @throws MemoryException if there is too little memory
   */
  public static BenchResult measure(
      BenchModel bench,
      String model,
      int threads,
      BenchTest test,
      double warmUpSeconds,
      int repetitions) {
    return MemoryException.naming(
        () -> "%s of %s".formatted(test.part(), model),
        "a smaller size or fewer frames",
        () -> measured(bench, model, threads, test, warmUpSeconds, repetitions));
  }

  private static BenchResult measured(
      BenchModel bench,
      String model,
      int threads,
      BenchTest test,
      double warmUpSeconds,
      int repetitions) {
    long predictedMemory = predictMemory(bench, test);
    PeakMemory memory = PeakMemory.reset();
    try (Workload workload = bench.load(test)) {
      warmUp(workload, warmUpSeconds);
      List<Sample> samples = new ArrayList<>();
      for (int i = 0; i < repetitions; i++) {
        samples.add(workload.run());
      }
      return new BenchResult(
          model,
          workload.weights(),
          bench.backend().name(),
          dtype(bench, test.part()),
          threads,
          test,
          bench.tokens(test),
          workload.unit(),
          workload.unitsPerRun(),
          samples,
          predictedMemory,
          memory.bytes());
    }
  }

  /** Peak memory of a process that does nothing but a test. */
  private static long predictMemory(BenchModel bench, BenchTest test) {
    try (Backend dryRun = new DryRunBackend(bench.backend());
        Workload workload = bench.on(dryRun).load(test)) {
      return dryRun.runtimeBytes() + workload.run().heldBytes();
    }
  }

  /** Runs a workload at least once, and until so many seconds are over. */
  public static void warmUp(Workload workload, double seconds) {
    long start = System.nanoTime();
    do {
      workload.run();
    } while ((System.nanoTime() - start) / 1e9 < seconds);
  }

  private static String dtype(BenchModel bench, Part part) {
    String dtype = bench.model().precision().dtype().name().toLowerCase(Locale.ROOT);
    String vaeDtype = bench.model().precision().vaeDtype().name().toLowerCase(Locale.ROOT);
    return switch (part) {
      case BLOCK, FORWARD -> dtype;
      case VAE_DECODE -> vaeDtype;
      case CLIP -> dtype.equals(vaeDtype) ? dtype : dtype + "+" + vaeDtype;
    };
  }
}
