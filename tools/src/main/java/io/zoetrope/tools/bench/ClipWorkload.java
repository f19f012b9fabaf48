package io.zoetrope.tools.bench;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.VideoPipeline;

/** A whole job, from the prompt to frames; each run opens the weights, as each job does. */
final class ClipWorkload implements Workload {
  private final VideoPipeline pipeline;
  private final GenerationRequest request;
  private final WeightTotals weights;

  ClipWorkload(VideoPipeline pipeline, BenchTest test, WeightTotals weights) {
    this.pipeline = pipeline;
    this.weights = weights;
    this.request =
        GenerationRequest.builder(BenchTest.PROMPT, pipeline.defaults())
            .size(test.width(), test.height())
            .frames(test.frames())
            .seed(42)
            .build();
    pipeline.check(request);
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
    VideoFrames clip = pipeline.generate(request, totals).frames();
    double seconds = (System.nanoTime() - start) / 1e9;
    long clipBytes = 3L * clip.width() * clip.height() * clip.frames();
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
    return request.frames();
  }

  @Override
  public void close() {}
}
