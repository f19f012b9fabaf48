package io.zoetrope.dit.ltx;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.KeyValue;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.AdaLayerNormSingle;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predicts the velocity of latents: the diffusion transformer of LTX-Video ({@code
 * LTXVideoTransformer3DModel} in diffusers). A token is one latent, which stands for 32x32 pixels
 * of 8 frames, and knows where it lies in seconds and pixels.
 *
 * <p>Activations have the dtype given to {@link #load}. The timesteps' embedding, all modulation
 * and the arithmetic of norms are F32 in any case.
 */
public final class LTXTransformer implements Predictor {
  /** Latents of a token. */
  public static final PatchSize PATCH = new PatchSize(1, 1, 1);

  private static final String TRANSFORMER = "transformer";

  private final LTXConfig config;
  private final DType dtype;
  private final PatchEmbedding projIn;
  private final AdaLayerNormSingle timeEmbed;
  private final FeedForward captionProjection;
  private final List<LTXBlock> blocks;
  private final AdaLayerNorm normOut;
  private final Linear projOut;
  private final Tensor scaleShiftTable;

  private LTXTransformer(LTXConfig config, Weights weights, DType dtype) {
    long dim = config.innerDim();
    int channels = config.inChannels();
    this.config = config;
    this.dtype = dtype;
    this.projIn =
        new PatchEmbedding(
            "proj_in", PATCH, channels, Linear.load(weights.at("proj_in"), channels, dim));
    this.timeEmbed = AdaLayerNormSingle.load(weights, "time_embed", dim);
    this.captionProjection =
        FeedForward.loadEmbedder(
            weights, "caption_projection", config.captionChannels(), dim, Activation.GELU_TANH);
    this.blocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(i -> LTXBlock.load(weights, config, i))
            .toList();
    this.normOut = new AdaLayerNorm("norm_out", 1e-6f);
    this.projOut = Linear.load(weights.at("proj_out"), dim, channels);
    this.scaleShiftTable = weights.roundedTo(DType.F32).get("scale_shift_table", 2, dim);
  }

  /**
   * Demands all tensors of a checkpoint.
   *
   * @param weights the root of a transformer's checkpoint and of nothing else
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws io.zoetrope.weights.WeightsException if a tensor is missing, has another shape, or is
   *     left over
   */
  public static LTXTransformer load(LTXConfig config, Weights weights, DType dtype) {
    if (!dtype.isComputable()) {
      throw new IllegalArgumentException("LTXTransformer: dtype " + dtype + " is not F32 or BF16");
    }
    LTXTransformer transformer = new LTXTransformer(config, weights.roundedTo(dtype), dtype);
    weights.requireAllUsed();
    return transformer;
  }

  /**
   * What {@link Predictor} says. Of a prompt its own tokens alone are attended to: diffusers masks
   * the padding that is embedded with them so that nothing of it is left.
   *
   * @param conditions with the coordinates of all tokens
   */
  @Override
  public List<Branch> prepare(Ops ops, Conditions conditions, Shape latents) {
    if (!conditions.images().isEmpty() || conditions.control().isPresent()) {
      throw new IllegalArgumentException("prepare: this model attends to prompts alone");
    }
    PatchGrid grid = PATCH.grid(latents);
    Tensor coordinates =
        conditions
            .coordinates()
            .orElseThrow(() ->
                new IllegalArgumentException("prepare: this model needs the tokens' coordinates"));
    if (!coordinates.shape().equals(Shape.of(3, grid.tokens()))) {
      throw new IllegalArgumentException(
          "prepare: coordinates %s are not [3, %d] for latents %s"
              .formatted(coordinates, grid.tokens(), latents));
    }
    ops.tap("coordinates", coordinates);
    LTXRope rope = LTXRope.of(ops, Math.toIntExact(config.innerDim()), coordinates);
    return conditions.prompts().stream()
        .map(prompt -> branch(grid, rope, prepareText(ops, prompt)))
        .toList();
  }

  private Branch branch(PatchGrid grid, LTXRope rope, List<KeyValue> text) {
    return (ops, cache, input, timesteps) -> {
      if (!PATCH.grid(input.shape()).equals(grid)) {
        throw new IllegalArgumentException(
            "transformer: latents %s are not %s, which it was prepared for".formatted(input, grid));
      }
      if (timesteps.length != 1 && timesteps.length != grid.tokens()) {
        throw new IllegalArgumentException(
            "transformer: %d timesteps for %d tokens: give one for all, or one for each"
                .formatted(timesteps.length, grid.tokens()));
      }
      TokenTimesteps ofTokens =
          timesteps.length == 1 ? TokenTimesteps.of(timesteps[0]) : TokenTimesteps.of(timesteps);
      return forward(ops, cache, input, ofTokens, text, grid, rope);
    };
  }

  /** Keys and values of a prompt in every block. */
  private List<KeyValue> prepareText(Ops ops, TextEmbedding embedding) {
    Tensor prompt = embedding.tokens();
    if (prompt.shape().rank() != 2
        || prompt.size(0) < 1
        || prompt.size(1) != config.captionChannels()) {
      throw new IllegalArgumentException(
          "prepare: prompt embeddings %s are not [tokens, %d]"
              .formatted(prompt, config.captionChannels()));
    }
    List<KeyValue> keyValues =
        KeyValue.allocate(ops, dtype, blocks.size(), embedding.real(), config.innerDim());
    try (var _ = ops.scope(TRANSFORMER)) {
      Tensor rounded = ops.allocate(dtype, prompt.shape());
      ops.copyInto(rounded, prompt);
      Tensor all = ops.tap("caption_projection", captionProjection.forward(ops, rounded));
      Tensor text = all.narrow(0, 0, embedding.real());
      for (int i = 0; i < blocks.size(); i++) {
        blocks.get(i).prepareText(ops, text, keyValues.get(i));
      }
    }
    return keyValues;
  }

  /** [channels, frames, height, width] to the same shape. */
  private Tensor forward(
      Ops ops,
      BlockCache cache,
      Tensor latents,
      TokenTimesteps timesteps,
      List<KeyValue> text,
      PatchGrid grid,
      LTXRope rope) {
    try (var scope = ops.scope(TRANSFORMER)) {
      ops.tap("rope.0", rope::cos);
      ops.tap("rope.1", rope::sin);

      // 1. Latents become tokens
      Tensor tokens = ops.tap("proj_in", projIn.forward(ops, latents, dtype));

      // 2. Timesteps become modulation
      AdaLayerNormSingle.Time time = timeEmbed.forward(ops, timesteps);

      // 3. Every block updates the tokens
      cache.run(
          ops,
          tokens,
          new BlockCache.Time(time.embedded(), time.modulation()),
          blocks.size(),
          i -> blocks.get(i).forward(ops, tokens, time, text.get(i), rope));

      // 4. Output norm, modulated by the timesteps' embedding itself, and projection
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Tensor shift = ops.add(time.embedded(), table.select(0, 0));
      Tensor scale = ops.add(time.embedded(), table.select(0, 1));
      Tensor x = normOut.forward(ops, tokens, shift, scale, timesteps);
      x = ops.tap("proj_out", projOut.forward(ops, x));

      // 5. Tokens become a velocity for every latent
      return scope.keep(PATCH.unpatchify(ops, x, grid));
    }
  }
}
