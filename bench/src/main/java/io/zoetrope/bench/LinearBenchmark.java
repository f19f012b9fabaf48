package io.zoetrope.bench;

import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;

/** {@code linear} with shapes of the demo model (dim 256) and of Wan 2.1 1.3B (dim 1536). */
public class LinearBenchmark extends Setting {
  /** Rows x in features x out features. */
  @Param({
    "80x256x256",
    "80x256x1024",
    "80x1024x256",
    "512x256x256",
    "1x1536x9216",
    "1560x1536x1536",
    "1560x1536x8960",
    "1560x8960x1536"
  })
  public String shape;

  private Tensor x;
  private Tensor weight;
  private Tensor bias;

  @Override
  void prepare() {
    int[] sizes = numbers(shape);
    x = values.normal(dtype, sizes[0], sizes[1]);
    weight = backend.place(values.normal(dtype, sizes[2], sizes[1]), DType.F32);
    bias = values.normal(dtype, sizes[2]);
  }

  static double flops(String shape) {
    int[] sizes = numbers(shape);
    return 2.0 * sizes[0] * sizes[1] * sizes[2];
  }

  /** With bias, without activation. */
  @Benchmark
  public void linear() {
    try (var _ = ops.scope("linear")) {
      ops.linear(x, weight, bias, Activation.NONE);
    }
  }
}
