package io.zoetrope.bench;

import com.sun.management.OperatingSystemMXBean;
import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.DType;
import io.zoetrope.tools.profile.Profiler;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What a profile costs: the same job with and without a profiler in turn, in one warm process.
 *
 * <p>Usage: {@code TracingOverhead MODEL_FOLDER [pairs] [steps]}
 */
public final class TracingOverhead {
  private static final int WARM_UP = 3;

  private final OperatingSystemMXBean system =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private final VideoPipeline pipeline;
  private final GenerationRequest request;

  private TracingOverhead(VideoPipeline pipeline, int steps) {
    this.pipeline = pipeline;
    this.request =
        pipeline
            .request("a red ball bounces on green grass")
            .with(Setting.STEPS, steps)
            .with(Setting.SEED, 42L);
  }

  /**
   * Prints medians of both, and their ratios, in wall and in processor time. The latter is counted
   * in hundredths of a second, so a job should take a few seconds.
   */
  public static void main(String[] args) {
    int pairs = args.length > 1 ? Integer.parseInt(args[1]) : 20;
    int steps = args.length > 2 ? Integer.parseInt(args[2]) : 20;
    try (Backend backend = BackendProvider.open("cpu", 0);
        VideoPipeline pipeline = VideoPipeline.open(Path.of(args[0]), backend, DType.F32)) {
      TracingOverhead overhead = new TracingOverhead(pipeline, steps);
      for (int i = 0; i < WARM_UP; i++) {
        overhead.run(true);
        overhead.run(false);
      }
      double[][] traced = new double[pairs][];
      double[][] untraced = new double[pairs][];
      for (int i = 0; i < pairs; i++) {
        // Which one comes first changes, so that neither gains by a drift of the machine's speed.
        if (i % 2 == 0) {
          traced[i] = overhead.run(true);
        }
        untraced[i] = overhead.run(false);
        if (i % 2 != 0) {
          traced[i] = overhead.run(true);
        }
      }
      report("wall", 0, traced, untraced);
      report("processor", 1, traced, untraced);
    }
  }

  /** Wall seconds and processor seconds of a job. */
  private double[] run(boolean traced) {
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    Profiler profiler = new Profiler(Progress.NONE);
    Tracer tracer = traced ? profiler : Tracer.NONE;
    pipeline.generate(request, traced ? profiler : Progress.NONE, tracer);
    return new double[] {
      (System.nanoTime() - start) / 1e9, (system.getProcessCpuTime() - cpu) / 1e9
    };
  }

  private static void report(String time, int column, double[][] traced, double[][] untraced) {
    double[] with = Arrays.stream(traced).mapToDouble(seconds -> seconds[column]).toArray();
    double[] without = Arrays.stream(untraced).mapToDouble(seconds -> seconds[column]).toArray();
    double[] ratios = new double[with.length];
    Arrays.setAll(ratios, i -> with[i] / without[i]);
    System.out.printf(
        "%s time: medians of %d jobs %.3f s traced, %.3f s untraced; median ratio of a pair %.4f, ratio of the sums %.4f%n",
        time,
        with.length,
        median(with),
        median(without),
        median(ratios),
        Arrays.stream(with).sum() / Arrays.stream(without).sum());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
