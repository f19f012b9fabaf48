package io.zoetrope.tools.bench;

import io.zoetrope.dit.wan.TextContext;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.bench.BenchModel.LoadedTransformer;

/**
 * One call of the transformer with a prompt of {@value BenchTest#TEXT_TOKENS} tokens. Position
 * tables and the prompt's keys and values are computed beforehand, as in a job, where they serve
 * all steps.
 */
final class ForwardWorkload implements Workload {
  private static final float TIMESTEP = 500;

  private final LoadedTransformer loaded;
  private final Ops ops;
  private final TextContext text;
  private final WanRope rope;
  private final Tensor latents;

  ForwardWorkload(LoadedTransformer loaded) {
    this(loaded, new Ops(loaded.backend()));
  }

  /**
   * With a tracer of the caller's.
   *
   * @param ops closed with this workload
   */
  ForwardWorkload(LoadedTransformer loaded, Ops ops) {
    this.loaded = loaded;
    this.ops = ops;
    Shape prompt = Shape.of(BenchTest.TEXT_TOKENS, loaded.model().config().textDim());
    text = loaded.model().prepare(ops, BenchModel.noise(prompt), BenchTest.TEXT_TOKENS, null);
    rope = loaded.model().rope(ops, loaded.latents());
    latents = BenchModel.noise(loaded.latents());
  }

  @Override
  public Sample run() {
    long flops = ops.flops();
    long start = System.nanoTime();
    try (var _ = ops.scope("forward")) {
      ops.download(loaded.model().forward(ops, latents, TIMESTEP, text, rope));
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long scratchBytes = ops.peakBytes();
    return new Sample(seconds, ops.flops() - flops, scratchBytes, scratchBytes + ops.weightBytes());
  }

  @Override
  public WeightTotals weights() {
    return WeightTotals.of(loaded.weights());
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
    loaded.weights().close();
  }
}
