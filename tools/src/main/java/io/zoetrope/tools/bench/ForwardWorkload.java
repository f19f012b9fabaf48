package io.zoetrope.tools.bench;

import io.zoetrope.dit.Predictor;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.Tensor;

/**
 * One call of the transformer with a prompt as long as the model takes it. Position tables and, in
 * models that attend to prompts apart, the prompt's keys and values are computed beforehand, as in
 * a job, where they serve all steps.
 */
final class ForwardWorkload implements Workload {
  private static final float TIMESTEP = 500;

  private final Opened<Predictor> transformer;
  private final Ops ops;
  private final Predictor.Branch branch;
  private final Tensor latents;

  ForwardWorkload(BenchModel bench, BenchTest test) {
    this(bench, test, Tracer.NONE);
  }

  /** Runs with a tracer of the caller's. */
  ForwardWorkload(BenchModel bench, BenchTest test, Tracer tracer) {
    transformer = bench.model().predictor().open(bench.backend());
    ops = new Ops(bench.backend(), tracer);
    latents = bench.latents(test);
    branch = transformer.model().prepare(ops, bench.conditions(test), latents.shape()).getFirst();
  }

  @Override
  public Sample run() {
    long flops = ops.flops();
    long start = System.nanoTime();
    try (var _ = ops.scope("forward")) {
      ops.download(branch.predict(ops, latents, TIMESTEP));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long scratchBytes = ops.peakBytes();
    return new Sample(seconds, ops.flops() - flops, scratchBytes, scratchBytes + ops.weightBytes());
  }

  @Override
  public WeightTotals weights() {
    return WeightTotals.of(transformer.weights());
  }

  @Override
  public String unit() {
    return "it";
  }

  @Override
  public int unitsPerRun() {
    return 1;
  }

  @Override
  public void close() {
    ops.close();
    transformer.close();
  }
}
