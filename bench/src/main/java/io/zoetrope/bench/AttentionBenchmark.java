package io.zoetrope.bench;

import io.zoetrope.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/**
 * {@code attention} with shapes of the demo model (4 heads of 64), of Wan 2.1 1.3B (12 heads of
 * 128), and of its video autoencoder (1 head of 384).
 */
public class AttentionBenchmark extends Setting {
  /** Queries x keys x heads x head dim. */
  @Param({"80x80x4x64", "80x512x4x64", "1560x1560x12x128", "1560x512x12x128", "6240x6240x1x384"})
  public String shape;

  private int heads;
  private Tensor q;
  private Tensor k;
  private Tensor v;

  @Override
  void prepare() {
    int[] sizes = numbers(shape);
    heads = sizes[2];
    int features = heads * sizes[3];
    q = values.normal(dtype, sizes[0], features);
    k = values.normal(dtype, sizes[1], features);
    v = values.normal(dtype, sizes[1], features);
  }

  static double flops(String shape) {
    int[] sizes = numbers(shape);
    return 4.0 * sizes[0] * sizes[1] * sizes[2] * sizes[3];
  }

  /** Without bias. */
  @Benchmark
  public void attention() {
    try (var _ = ops.scope("attention")) {
      ops.attention(q, k, v, heads, 0.1f, null);
    }
  }
}
