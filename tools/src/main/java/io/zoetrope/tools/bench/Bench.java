package io.zoetrope.tools.bench;

import io.zoetrope.files.MemoryException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.tools.bench.BenchTest.Part;
import io.zoetrope.tools.bench.Workload.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;

/** Measures tests one after the other, each with a warm-up that doesn't count. */
public final class Bench {
  /**
   * Code that ran once is not compiled yet: short runs are best repeated for so long beforehand.
   */
  public static final double WARM_UP_SECONDS = 3;

  private Bench() {}

  /**
   * Measures a test with some models, which differ in what their weights are multiplied as: each
   * repetition runs all of them in turn, so that whatever else the machine does meets them alike.
   *
   * @param models at least one
   * @param model name for the results
   * @param threads compute threads of the models' backend, for the results
   * @param warmUpSeconds as {@link #warmUp} takes it
   * @param repetitions how many runs of each count, at least 1
   * @return a result for each model; the peak of memory is known where there is one alone
   * @throws CancellationException if the thread is interrupted
   * @throws MemoryException if there is too little memory
   */
  public static List<BenchResult> measure(
      List<BenchModel> models,
      String model,
      int threads,
      BenchTest test,
      double warmUpSeconds,
      int repetitions) {
    return MemoryException.naming(
        () -> "%s of %s".formatted(test.part(), model),
        "a smaller size or fewer frames",
        () -> measured(models, model, threads, test, warmUpSeconds, repetitions));
  }

  private static List<BenchResult> measured(
      List<BenchModel> models,
      String model,
      int threads,
      BenchTest test,
      double warmUpSeconds,
      int repetitions) {
    List<Long> predictedMemory = models.stream().map(bench -> predictMemory(bench, test)).toList();
    PeakMemory memory = PeakMemory.reset();
    List<Workload> workloads = new ArrayList<>();
    try {
      List<List<Sample>> samples = new ArrayList<>();
      for (BenchModel bench : models) {
        Workload workload = bench.load(test);
        workloads.add(workload);
        samples.add(new ArrayList<>());
        warmUp(workload, warmUpSeconds);
      }
      for (int i = 0; i < repetitions; i++) {
        for (int at = 0; at < workloads.size(); at++) {
          samples.get(at).add(workloads.get(at).run());
        }
      }
      List<BenchResult> results = new ArrayList<>();
      for (int at = 0; at < workloads.size(); at++) {
        BenchModel bench = models.get(at);
        results.add(
            new BenchResult(
                model,
                workloads.get(at).weights(),
                bench.form(),
                bench.backend().name(),
                dtype(bench, test.part()),
                threads,
                test,
                bench.tokens(test),
                workloads.get(at).unit(),
                workloads.get(at).unitsPerRun(),
                samples.get(at),
                predictedMemory.get(at),
                models.size() == 1 ? memory.bytes() : OptionalLong.empty()));
      }
      return results;
    } finally {
      workloads.forEach(Workload::close);
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
