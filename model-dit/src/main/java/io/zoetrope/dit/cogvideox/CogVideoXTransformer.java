package io.zoetrope.dit.cogvideox;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predicts what a scheduler asks for of noisy latents: the diffusion transformer of CogVideoX
 * ({@code CogVideoXTransformer3DModel} in diffusers). The prompt and the video are one sequence, of
 * which all tokens attend to all, and the timestep modulates them by norms of their own.
 *
 * <p>Activations have the dtype given to {@link #load}. The timestep's embedding, modulation and
 * the arithmetic of layer norms are F32 in any case.
 */
public final class CogVideoXTransformer implements Predictor {
  private static final String TRANSFORMER = "transformer";
  private static final String PATCH_EMBED = "patch_embed";

  private final CogVideoXConfig config;
  private final DType dtype;
  private final PatchEmbedding patchEmbed;
  private final Linear textProj;
  private final TokenPositions positions;
  private final TimeEmbedding timeEmbedding;
  private final List<CogVideoXBlock> blocks;
  private final ModulatedNorm normFinal;
  private final Linear normOutLinear;
  private final ModulatedNorm normOut;
  private final Linear projOut;

  /**
   * What serves all steps of a size.
   *
   * @param textPositions [text tokens, dim]; null where nothing is added to them
   * @param videoPositions [video tokens, dim]; null where nothing is added to them
   * @param rope null where nothing turns
   */
  private record Layout(
      PatchGrid grid, Tensor textPositions, Tensor videoPositions, CogVideoXRope rope) {}

  private CogVideoXTransformer(CogVideoXConfig config, Weights weights, DType dtype) {
    long dim = config.innerDim();
    this.config = config;
    this.dtype = dtype;
    this.patchEmbed =
        new PatchEmbedding(
            PATCH_EMBED,
            config.patchSize(),
            config.inChannels(),
            patchProjection(config, weights.at(PATCH_EMBED).at("proj")));
    this.textProj =
        Linear.load(weights.at(PATCH_EMBED).at("text_proj"), config.textEmbedDim(), dim);
    this.positions = TokenPositions.load(weights, config, dtype);
    this.timeEmbedding = TimeEmbedding.load(weights, config);
    this.blocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(i -> CogVideoXBlock.load(weights, config, i))
            .toList();
    this.normFinal = ModulatedNorm.load(weights, "norm_final", config);
    this.normOutLinear =
        Linear.load(weights.at("norm_out").at("linear"), config.timeEmbedDim(), 2 * dim);
    this.normOut = ModulatedNorm.load(weights, "norm_out.norm", config);
    this.projOut =
        Linear.load(
            weights.at("proj_out"), dim, (long) config.outChannels() * config.patchSize().volume());
  }

  /** Patches of single frames have a 2D convolution in the checkpoint, others a linear map. */
  private static Linear patchProjection(CogVideoXConfig config, Weights weights) {
    long dim = config.innerDim();
    int side = config.patchSize().height();
    if (config.patchesInTime()) {
      return Linear.load(weights, (long) config.inChannels() * config.patchSize().volume(), dim);
    }
    Tensor kernel = weights.get("weight", dim, config.inChannels(), side, side);
    return new Linear(
        kernel.reshape(dim, -1), config.patchBias() ? weights.get("bias", dim) : null);
  }

  /**
   * Demands all tensors of a checkpoint.
   *
   * @param weights the root of a transformer's checkpoint and of nothing else
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws io.zoetrope.weights.WeightsException if a tensor is missing, has another shape, or is
   *     left over
   */
  public static CogVideoXTransformer load(CogVideoXConfig config, Weights weights, DType dtype) {
    if (!dtype.isComputable()) {
      throw new IllegalArgumentException(
          "CogVideoXTransformer: dtype " + dtype + " is not F32 or BF16");
    }
    CogVideoXTransformer transformer =
        new CogVideoXTransformer(config, weights.roundedTo(dtype), dtype);
    weights.requireAllUsed();
    return transformer;
  }

  /** What {@link Predictor} says. Prompts come with their padding, which is attended to. */
  @Override
  public List<Branch> prepare(Ops ops, Conditions conditions, Shape latents) {
    if (!conditions.images().isEmpty() || conditions.control().isPresent()) {
      throw new IllegalArgumentException("prepare: this model attends to prompts alone");
    }
    PatchGrid grid = config.patchSize().grid(latents);
    boolean adds = config.positions().areAdded();
    Layout layout =
        new Layout(
            grid,
            adds ? positions.ofText(ops, grid) : null,
            adds ? positions.ofVideo(ops, grid) : null,
            config.positions().areRotary() ? rope(ops, grid) : null);
    return conditions.prompts().stream()
        .map(prompt -> branch(layout, prepareText(ops, prompt.tokens(), layout)))
        .toList();
  }

  private CogVideoXRope rope(Ops ops, PatchGrid grid) {
    int patch = config.patchSize().height();
    return config.patchesInTime()
        ? CogVideoXRope.counting(ops, config.attentionHeadDim(), grid)
        : CogVideoXRope.within(
            ops,
            config.attentionHeadDim(),
            grid,
            config.sampleHeight() / patch,
            config.sampleWidth() / patch);
  }

  private Branch branch(Layout layout, Tensor text) {
    return (ops, cache, input, timesteps) -> {
      if (timesteps.length != 1) {
        throw new IllegalArgumentException(
            "transformer: takes one timestep for all tokens, got " + timesteps.length);
      }
      return forward(ops, cache, input, timesteps[0], text, layout);
    };
  }

  /** A prompt as tokens, [text tokens, dim], in the current scope. */
  private Tensor prepareText(Ops ops, Tensor prompt, Layout layout) {
    boolean counted = layout.videoPositions() == null;
    if (prompt.shape().rank() != 2
        || prompt.size(0) < 1
        || prompt.size(1) != config.textEmbedDim()
        || !counted && prompt.size(0) != config.maxTextSeqLength()) {
      throw new IllegalArgumentException(
          "prepare: prompt embeddings %s are not [%s, %d]"
              .formatted(
                  prompt, counted ? "tokens" : config.maxTextSeqLength(), config.textEmbedDim()));
    }
    try (var scope = ops.scope(TRANSFORMER)) {
      Tensor rounded = ops.allocate(dtype, prompt.shape());
      ops.copyInto(rounded, prompt);
      Tensor text = textProj.forward(ops, rounded);
      if (layout.textPositions() != null) {
        ops.addInPlace(text, layout.textPositions());
      }
      return scope.keep(text);
    }
  }

  /** [in channels, frames, height, width] to [out channels, frames, height, width]. */
  private Tensor forward(
      Ops ops, BlockCache cache, Tensor latents, float timestep, Tensor text, Layout layout) {
    requireSize(latents, layout);
    try (var scope = ops.scope(TRANSFORMER)) {
      // 1. The timestep becomes what modulates text and video
      Tensor time = timeEmbedding.forward(ops, timestep);

      // 2. Text and patches become one sequence
      JointTokens x = embed(ops, latents, text, layout);
      ops.tap(PATCH_EMBED, x.all());
      tapRope(ops, layout.rope());

      // 3. Blocks; of what they leave the video's tokens alone are read
      cache.run(
          ops,
          x.video(),
          new BlockCache.Time(time, time),
          blocks.size(),
          i -> blocks.get(i).forward(ops, x, time, layout.rope()));

      // 4. Output norms and projection of the video's tokens
      Tensor video = ops.tap("norm_final", normFinal.forward(ops, x.video()));
      Tensor rows = normOutLinear.forward(ops, time).reshape(2, config.innerDim());
      video = normOut.forward(ops, video, rows.select(0, 0), rows.select(0, 1));
      ops.tap("norm_out", video);
      video = ops.tap("proj_out", projOut.forward(ops, video));

      // 5. Tokens become a prediction for every latent
      Tensor prediction = config.patchSize().unpatchifyChannelsFirst(ops, video, layout.grid());
      return scope.keep(ops.tap("noise_pred", prediction));
    }
  }

  private JointTokens embed(Ops ops, Tensor latents, Tensor text, Layout layout) {
    long textTokens = text.size(0);
    Tensor all =
        ops.allocate(dtype, Shape.of(textTokens + layout.grid().tokens(), config.innerDim()));
    JointTokens x = new JointTokens(all, textTokens);
    try (var _ = ops.scope()) {
      ops.copyInto(x.text(), text);
      ops.copyInto(x.video(), patchEmbed.forward(ops, latents, dtype));
    }
    if (layout.videoPositions() != null) {
      ops.addInPlace(x.video(), layout.videoPositions());
    }
    return x;
  }

  private static void tapRope(Ops ops, CogVideoXRope rope) {
    if (rope != null) {
      ops.tap("rope.0", rope::cos);
      ops.tap("rope.1", rope::sin);
    }
  }

  private void requireSize(Tensor latents, Layout layout) {
    PatchGrid grid = config.patchSize().grid(latents.shape());
    if (!grid.equals(layout.grid())) {
      throw new IllegalArgumentException(
          "transformer: latents %s are %s, but it was prepared for %s"
              .formatted(latents, grid, layout.grid()));
    }
  }
}
