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
    // A projection of all tokens, and one half of the feed-forward
    long projection = 2 * TOKENS * DIM * DIM;
    long feedForward = 2 * TOKENS * DIM * HIDDEN;

    Map<String, Long> block = new TreeMap<>();
    // Modulation
    block.put("add", 6 * DIM);
    // Before self-attention and feed-forward; before cross-attention with weight and bias
    block.put("adaLayerNorm", 2 * 7 * elements);
    block.put("layerNorm", 7 * elements);
    // Queries, keys and values of self-attention; keys and values of cross-attention are computed
    // once per prompt
    block.put("linears", 3 * projection);
    // Queries and keys of self-attention, queries of cross-attention
    block.put("rmsNormRopeInPlace", 2 * (4 + 3) * elements);
    block.put("rmsNorm", 4 * elements);
    // Scores and weighted sum, over all tokens and over the text
    block.put("attention", 4 * TOKENS * TOKENS * DIM + 4 * TOKENS * KEYS * DIM);
    // Queries of cross-attention, and the feed-forward's hidden layer
    block.put("linear", projection + feedForward);
    // Results of both attentions and the feed-forward, two of them with a gate, into a sum
    block.put("linearAddInPlace", 2 * projection + feedForward + (2 + 1 + 2) * elements);

    Map<String, Long> forward = new TreeMap<>(block);
    forward.replaceAll((_, flops) -> BLOCKS * flops);
    forward.merge("linear", time + patches, Long::sum);
    // Shift and scale of the output norm, and that norm
    forward.merge("add", 2 * DIM, Long::sum);
    forward.merge("adaLayerNorm", 7 * elements, Long::sum);
    return forward;
  }
}
