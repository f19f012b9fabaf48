package io.zoetrope.bench;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * {@code conv3d} with 3 x 3 x 3 taps and two frames of history, with shapes of the autoencoders of
 * the demo model (16 to 64 channels) and of Wan 2.1 at 480 x 832 (96 to 384).
 */
public class ConvolutionBenchmark extends Setting {
  /** In channels x out channels x frames x height x width. */
  @Param({
    "64x64x1x8x8",
    "64x64x2x16x16",
    "32x32x4x32x32",
    "16x16x4x64x64",
    "16x3x4x64x64",
    "384x384x1x60x104",
    "192x192x4x120x208",
    "96x96x4x240x416"
  })
  public String shape;

  private Tensor x;
  private Tensor history;
  private Tensor weight;
  private Tensor bias;

  @Override
  void prepare() {
    int[] sizes = numbers(shape);
    x = values.normal(dtype, sizes[2], sizes[3], sizes[4], sizes[0]);
    history = values.normal(dtype, 2, sizes[3], sizes[4], sizes[0]);
    weight = backend.place(values.normal(dtype, sizes[1], sizes[0], 3, 3, 3), DType.F32);
    bias = values.normal(dtype, sizes[1]);
  }

  static double flops(String shape) {
    int[] sizes = numbers(shape);
    return 2.0 * 27 * sizes[0] * sizes[1] * sizes[2] * sizes[3] * sizes[4];
  }

  /** With bias. */
  @Benchmark
  public void conv3d() {
    try (var _ = ops.scope("conv3d")) {
      ops.conv3d(x, history, weight, bias, ConvGeometry.causal(0, 1));
    }
  }
}
