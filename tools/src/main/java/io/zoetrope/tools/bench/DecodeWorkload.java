package io.zoetrope.tools.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.wan.WanVae;
import io.zoetrope.weights.Checkpoint;

/** One decoding of latents into frames, without tiling. */
final class DecodeWorkload implements Workload {
  private final Checkpoint weights;
  private final WanVae vae;
  private final DType dtype;
  private final Tensor latents;
  private final int frames;
  private final Ops ops;

  /**
   * Takes a loaded autoencoder.
   *
   * @param weights closed with this workload
   * @param latents F32 in host memory, [latent frames, height, width, channels]
   */
  DecodeWorkload(
      Backend backend, Checkpoint weights, WanVae vae, DType dtype, Tensor latents, int frames) {
    this.weights = weights;
    this.vae = vae;
    this.dtype = dtype;
    this.latents = latents;
    this.frames = frames;
    this.ops = new Ops(backend);
  }

  @Override
  public Sample run() {
    long flops = ops.flops();
    long start = System.nanoTime();
    try (var _ = ops.scope("decode")) {
      Tensor z = ops.cast(ops.upload(latents), dtype);
      vae.decode(ops, z, null, ops::download);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    long scratchBytes = ops.peakBytes();
    return new Sample(seconds, ops.flops() - flops, scratchBytes, scratchBytes + ops.weightBytes());
  }

  @Override
  public WeightTotals weights() {
    return WeightTotals.of(weights);
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
    weights.close();
  }
}
