package io.zoetrope.tools.bench;

import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;

/** One decoding of latents into frames, without tiling. */
final class DecodeWorkload implements Workload {
  private final Opened<VideoCodec> codec;
  private final Tensor latents;
  private final int frames;
  private final Ops ops;

  DecodeWorkload(BenchModel bench, BenchTest test) {
    codec = bench.model().codec().open(bench.backend());
    latents = bench.latents(test);
    frames = test.frames();
    ops = new Ops(bench.backend());
  }

  @Override
  public Sample run() {
    long flops = ops.flops();
    long start = System.nanoTime();
    try (var _ = ops.scope("decode")) {
      codec.model().decode(ops, ops.upload(latents), null, ops::download);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long scratchBytes = ops.peakBytes();
    return new Sample(seconds, ops.flops() - flops, scratchBytes, scratchBytes + ops.weightBytes());
  }

  @Override
  public WeightTotals weights() {
    return WeightTotals.of(codec.weights());
  }

  @Override
  public String unit() {
    return "frames";
  }

  @Override
  public int unitsPerRun() {
    return frames;
  }

  @Override
  public void close() {
    ops.close();
    codec.close();
  }
}
