package io.zoetrope.bench;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.time.Duration;
import java.time.Instant;

/**
 * How fast a new JVM is: the operations of the demo model's transformer (6 blocks, 80 video tokens,
 * 512 text tokens) for 20 steps with guidance, timed from the start of the process.
 *
 * <p>Usage: {@code ColdStart [milliseconds of other work before]}, which stands for reading a
 * checkpoint.
 */
public final class ColdStart {
  private static final int BLOCKS = 6;
  private static final int STEPS = 20;
  private static final int TOKENS = 80;
  private static final int TEXT_TOKENS = 512;
  private static final int HEADS = 4;
  private static final int DIM = 256;
  private static final int FEED_FORWARD_DIM = 1024;

  private final Ops ops;
  private final Values values = new Values();
  private final Tensor square;
  private final Tensor up;
  private final Tensor down;
  private final Tensor vector = values.normal(DType.F32, DIM);
  private final Tensor text = values.normal(DType.F32, TEXT_TOKENS, DIM);
  private final Tensor cos = values.normal(DType.F32, TOKENS, DIM / HEADS / 2);

  private ColdStart(Ops ops) {
    this.ops = ops;
    square = ops.backend().place(values.normal(DType.BF16, DIM, DIM), DType.F32);
    up = ops.backend().place(values.normal(DType.BF16, FEED_FORWARD_DIM, DIM), DType.F32);
    down = ops.backend().place(values.normal(DType.BF16, DIM, FEED_FORWARD_DIM), DType.F32);
  }

  /** Prints when each of the first passes and the last one ended. */
  public static void main(String[] args) throws InterruptedException {
    Instant start = Instant.now();
    report(start, "main");
    try (Backend backend = BackendProvider.open("cpu", 0);
        Ops ops = new Ops(backend)) {
      report(start, backend.name());
      if (args.length > 0) {
        Thread.sleep(Long.parseLong(args[0]));
      }
      ColdStart model = new ColdStart(ops);
      report(start, "weights");
      for (int pass = 1; pass <= 2 * STEPS; pass++) {
        try (var _ = ops.scope("pass")) {
          model.forward();
        }
        if (pass == 1 || pass == 2 || pass % 10 == 0) {
          report(start, "pass " + pass);
        }
      }
      System.out.printf("%.1f GFLOP%n", ops.flops() / 1e9);
    }
  }

  private static void report(Instant start, String what) {
    System.out.printf("%6d ms  %s%n", Duration.between(start, Instant.now()).toMillis(), what);
  }

  private void forward() {
    Tensor x = values.normal(DType.F32, TOKENS, DIM);
    for (int block = 0; block < BLOCKS; block++) {
      try (var _ = ops.scope("block")) {
        Tensor h = ops.adaLayerNorm(x, vector, vector, 1e-6f);
        ops.addGatedInPlace(x, attention(h, h, true), vector);
        h = ops.layerNorm(x, vector, vector, 1e-6f);
        ops.addInPlace(x, attention(h, text, false));
        h = ops.adaLayerNorm(x, vector, vector, 1e-6f);
        h = ops.linear(h, up, null, Activation.GELU_TANH);
        ops.addGatedInPlace(x, linear(h, down), vector);
      }
    }
  }

  private Tensor attention(Tensor x, Tensor context, boolean rope) {
    Tensor q = ops.rmsNorm(linear(x, square), vector, 1e-6f);
    Tensor k = ops.rmsNorm(linear(context, square), vector, 1e-6f);
    if (rope) {
      ops.ropeInPlace(q, cos, cos, HEADS);
      ops.ropeInPlace(k, cos, cos, HEADS);
    }
    Tensor v = linear(context, square);
    return linear(ops.attention(q, k, v, HEADS, 0.125f, null), square);
  }

  private Tensor linear(Tensor x, Tensor weight) {
    return ops.linear(x, weight, vector, Activation.NONE);
  }
}
