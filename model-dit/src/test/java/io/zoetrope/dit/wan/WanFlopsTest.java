package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a tracer is told about the work of a forward, against the sums done by hand. */
class WanFlopsTest {
  // Sizes of fixtures/wan21-t2v-tiny: 2 heads of 32.
  private static final long DIM = 64;
  private static final long HIDDEN = 96;
  private static final long BLOCKS = 3;
  private static final long FREQUENCIES = 64;
  private static final long PATCH = 16 * 2 * 2;

  private static final int FRAMES = 2;
  private static final int HEIGHT = 6;
  private static final int WIDTH = 4;
  private static final long TOKENS = FRAMES * (HEIGHT / 2) * (WIDTH / 2);

  private static final int PROMPT = 5;

  /** The prompt's tokens, and one that stands for all padding. */
  private static final long KEYS = PROMPT + 1;

  /** FLOPs by operation. */
  private static final class Counter implements Tracer {
    private final Map<String, Long> flops = new TreeMap<>();

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      if (operation.flops() > 0) {
        flops.merge(operation.operation(), operation.flops(), Long::sum);
      }
    }
  }

  @Test
  void flopsOfAForwardEqualTheHandCount() {
    Path folder = Fixtures.path("wan21-t2v-tiny").resolve("transformer");
    Counter counter = new Counter();
    try (Checkpoint checkpoint = Checkpoint.open(folder, "diffusion_pytorch_model");
        var backend = new DryRunBackend();
        Ops ops = new Ops(backend, counter)) {
      WanTransformer transformer =
          WanTransformer.load(
              WanConfig.read(folder.resolve("config.json")),
              Weights.of(checkpoint, backend),
              DType.F32);
      Tensor latents = Tensor.zeros(DType.F32, 16, FRAMES, HEIGHT, WIDTH);
      WanRope rope = transformer.rope(ops, latents.shape());
      TextContext context = transformer.prepare(ops, Tensor.zeros(DType.F32, PROMPT, 32), 40, null);
      counter.flops.clear();
      transformer.forward(ops, latents, 500, context, rope);
    }
    assertEquals(handCount(), counter.flops);
  }

  private static Map<String, Long> handCount() {
    long elements = TOKENS * DIM;

    // Time embedding and its projection to six modulation vectors; patches in and out
    long time = 2 * FREQUENCIES * DIM + 2 * DIM * DIM + 2 * DIM * 6 * DIM;
    long patches = 2 * TOKENS * PATCH * DIM + 2 * TOKENS * DIM * PATCH;
    // Self-attention: query, key, value, output; cross-attention: query and output, since keys and
    // values are computed once per prompt; feed-forward: up and down
    long square = 2 * TOKENS * DIM * DIM;
    long linear = 4 * square + 2 * square + 2 * (2 * TOKENS * DIM * HIDDEN);

    return new TreeMap<>(
        Map.of(
            "linear", time + patches + BLOCKS * linear,
            // Scores and weighted sum, over all tokens and over the text
            "attention", BLOCKS * (4 * TOKENS * TOKENS * DIM + 4 * TOKENS * KEYS * DIM),
            // Modulation of every block, and shift and scale of the output norm
            "add", BLOCKS * 6 * DIM + 2 * DIM,
            // Before self-attention, before the feed-forward, before the output
            "adaLayerNorm", (2 * BLOCKS + 1) * 7 * elements,
            // Before cross-attention, with weight and bias
            "layerNorm", BLOCKS * 7 * elements,
            // Queries and keys of self-attention, queries of cross-attention
            "rmsNorm", BLOCKS * 3 * 4 * elements,
            "ropeInPlace", BLOCKS * 2 * 3 * elements,
            // Results of self-attention and feed-forward
            "addGatedInPlace", BLOCKS * 2 * 2 * elements,
            // Result of cross-attention
            "addInPlace", BLOCKS * elements));
  }
}
