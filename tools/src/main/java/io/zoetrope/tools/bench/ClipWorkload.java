package io.zoetrope.tools.bench;

import io.zoetrope.VideoPipeline;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;

/** A whole job, from the prompt to frames; each run opens the weights, as each job does. */
final class ClipWorkload implements Workload {
  private static final long SEED = 42;

  private final VideoPipeline pipeline;
  private final GenerationRequest request;
  private final WeightTotals weights;

  /**
   * Takes over a pipeline.
   *
   * @param weights of all its components
   */
  ClipWorkload(VideoPipeline pipeline, BenchTest test, WeightTotals weights) {
    this.pipeline = pipeline;
    this.weights = weights;
    this.request = pipeline.request(BenchTest.PROMPT).with(test.size()).with(Setting.SEED, SEED);
  }

  /** Adds up what the stages report. */
  private static final class Totals implements Progress {
    private long flops;
    private long scratchBytes;
    private long stageBytes;

    @Override
    public void end(Stage stage, Report report) {
      flops += report.flops();
      scratchBytes = Math.max(scratchBytes, report.scratchBytes());
      stageBytes = Math.max(stageBytes, report.weightBytes() + report.scratchBytes());
    }
  }

  @Override
  public Sample run() {
    Totals totals = new Totals();
    long start = System.nanoTime();
    pipeline.generate(request, totals);
    double seconds = (System.nanoTime() - start) / 1e9;
    long clipBytes = request.size().bytes();
    return new Sample(seconds, totals.flops, totals.scratchBytes, totals.stageBytes + clipBytes);
  }

  @Override
  public WeightTotals weights() {
    return weights;
  }

  @Override
  public String unit() {
    return "frames";
  }

  @Override
  public int unitsPerRun() {
    return request.size().frames();
  }

  @Override
  public void close() {
    pipeline.close();
  }
}
