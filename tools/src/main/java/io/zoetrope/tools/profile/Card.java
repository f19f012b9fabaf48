package io.zoetrope.tools.profile;

import io.zoetrope.tensor.DType;
import java.util.Locale;

/**
 * Cards by what their data sheets promise at best: dense products on tensor cores with BF16
 * operands, products in F32 without tensor cores, as our kernels compute them, and the memory.
 *
 * <p>Sources: NVIDIA's data sheets of the A100 (40 GB), the H100 (SXM) and the H200 (SXM), whose
 * figures with sparsity are halved; for the RTX 4090 the white paper "NVIDIA Ada GPU Architecture",
 * table 2.
 */
public enum Card {
  A100("A100 40 GB", 312e12, 19.5e12, 1555e9),
  RTX4090("RTX 4090", 165.2e12, 82.6e12, 1008e9),
  H100("H100 SXM", 989.4e12, 66.9e12, 3350e9),
  H200("H200 SXM", 989.4e12, 66.9e12, 4800e9);

  private final String title;
  private final double bf16FlopsPerSecond;
  private final double f32FlopsPerSecond;
  private final double bytesPerSecond;

  Card(String title, double bf16FlopsPerSecond, double f32FlopsPerSecond, double bytesPerSecond) {
    this.title = title;
    this.bf16FlopsPerSecond = bf16FlopsPerSecond;
    this.f32FlopsPerSecond = f32FlopsPerSecond;
    this.bytesPerSecond = bytesPerSecond;
  }

  /** Name for people. */
  String title() {
    return title;
  }

  /** Multiplications and additions a second, of products of this dtype. */
  double flopsPerSecond(DType dtype) {
    return dtype == DType.BF16 ? bf16FlopsPerSecond : f32FlopsPerSecond;
  }

  /** Bytes read and written a second. */
  double bytesPerSecond() {
    return bytesPerSecond;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
