package io.zoetrope.dit.latte;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.KeyValue;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.SinCosPositions;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.AdaLayerNormSingle;
import io.zoetrope.nn.FeedForward;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.nn.PatchGrid;
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
 * Predicts the noise in latents: the diffusion transformer of Latte ({@code
 * LatteTransformer3DModel} in diffusers). Its blocks come in pairs: in the first every patch
 * attends to those of its frame and to the text, in the second to the same place in all frames.
 *
 * <p>Activations have the dtype given to {@link #load}. The timestep's embedding, all modulation
 * and the arithmetic of layer norms are F32 in any case.
 */
public final class LatteTransformer implements Predictor {
  private static final String TRANSFORMER = "transformer";

  /** Latent pixels along a side from which on positions are divided by how many times that. */
  private static final int UNSCALED_SIZE = 64;

  private final LatteConfig config;
  private final DType dtype;
  private final PatchEmbedding posEmbed;
  private final AdaLayerNormSingle adalnSingle;
  private final FeedForward captionProjection;
  private final List<LatteBlock> spatialBlocks;
  private final List<LatteBlock> temporalBlocks;
  private final AdaLayerNorm normOut;
  private final Linear projOut;
  private final Tensor scaleShiftTable;

  /**
   * What serves all steps of a size.
   *
   * @param framePositions F32, [patches of a frame, dim]
   * @param timePositions [frames, dim]; null for a single frame, which has none
   * @param frames tokens in the order frame, place: a sequence for each frame
   * @param places tokens in the order place, frame: a sequence for each place
   */
  private record Layout(
      PatchGrid grid,
      Tensor framePositions,
      Tensor timePositions,
      Sequences frames,
      Sequences places) {}

  private LatteTransformer(LatteConfig config, Weights weights, DType dtype) {
    long dim = config.innerDim();
    this.config = config;
    this.dtype = dtype;
    this.posEmbed = loadPatchEmbedding(config, weights.at("pos_embed").at("proj"));
    this.adalnSingle = AdaLayerNormSingle.load(weights, "adaln_single", dim);
    this.captionProjection =
        FeedForward.loadEmbedder(
            weights, "caption_projection", config.captionChannels(), dim, Activation.GELU_TANH);
    this.spatialBlocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(i -> LatteBlock.load(weights, config, "transformer_blocks", i, true))
            .toList();
    this.temporalBlocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(
                i -> LatteBlock.load(weights, config, "temporal_transformer_blocks", i, false))
            .toList();
    this.normOut = new AdaLayerNorm("norm_out", 1e-6f);
    this.projOut =
        Linear.load(
            weights.at("proj_out"), dim, (long) config.outChannels() * config.patchSize().volume());
    this.scaleShiftTable = weights.roundedTo(DType.F32).get("scale_shift_table", 2, dim);
  }

  /** The checkpoint has a 2D convolution. */
  private static PatchEmbedding loadPatchEmbedding(LatteConfig config, Weights weights) {
    int side = config.patchSize().height();
    long dim = config.innerDim();
    Tensor kernel = weights.get("weight", dim, config.inChannels(), side, side);
    return new PatchEmbedding(
        "pos_embed",
        config.patchSize(),
        config.inChannels(),
        new Linear(kernel.reshape(dim, -1), weights.get("bias", dim)));
  }

  /**
   * Demands all tensors of a checkpoint.
   *
   * @param weights the root of a transformer's checkpoint and of nothing else
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws io.zoetrope.weights.WeightsException if a tensor is missing, has another shape, or is
   *     left over
   */
  public static LatteTransformer load(LatteConfig config, Weights weights, DType dtype) {
    if (!dtype.isComputable()) {
      throw new IllegalArgumentException(
          "LatteTransformer: dtype " + dtype + " is not F32 or BF16");
    }
    LatteTransformer transformer = new LatteTransformer(config, weights.roundedTo(dtype), dtype);
    weights.requireAllUsed();
    return transformer;
  }

  /**
   * What {@link Predictor} says. The channels behind those of the latents are a variance that the
   * model has learned; schedulers take the noise alone, as in {@code LattePipeline}.
   */
  @Override
  public List<Branch> prepare(Ops ops, Conditions conditions, Shape latents) {
    if (!conditions.images().isEmpty() || conditions.control().isPresent()) {
      throw new IllegalArgumentException("prepare: this model attends to prompts alone");
    }
    Layout layout = layout(ops, latents);
    return conditions.prompts().stream()
        .map(prompt -> branch(layout, prepareText(ops, prompt.tokens())))
        .toList();
  }

  private Branch branch(Layout layout, List<KeyValue> text) {
    return (ops, cache, input, timesteps) -> {
      if (timesteps.length != 1) {
        throw new IllegalArgumentException(
            "transformer: takes one timestep for all tokens, got " + timesteps.length);
      }
      Tensor prediction = forward(ops, cache, input, timesteps[0], text, layout);
      return prediction.narrow(0, 0, config.inChannels());
    };
  }

  private Layout layout(Ops ops, Shape latents) {
    PatchGrid grid = config.patchSize().grid(latents);
    if (grid.frames() > config.videoLength()) {
      throw new IllegalArgumentException(
          "transformer: latents %s have %d frames, the model knows positions of %d"
              .formatted(latents, grid.frames(), config.videoLength()));
    }
    int dim = Math.toIntExact(config.innerDim());
    int base = config.sampleSize() / config.patchSize().height();
    int scale = Math.max(1, config.sampleSize() / UNSCALED_SIZE);
    int places = grid.height() * grid.width();
    Tensor inTime =
        grid.frames() == 1
            ? null
            : ops.cast(ops.upload(SinCosPositions.ofFrames(grid.frames(), dim)), dtype);
    return new Layout(
        grid,
        ops.upload(SinCosPositions.ofFrame(grid, dim, base, scale)),
        inTime,
        Sequences.of(ops, grid.frames(), places),
        Sequences.of(ops, places, grid.frames()));
  }

  /** Keys and values of a prompt in every block that attends to it. */
  private List<KeyValue> prepareText(Ops ops, Tensor prompt) {
    if (prompt.shape().rank() != 2
        || prompt.size(0) < 1
        || prompt.size(1) != config.captionChannels()) {
      throw new IllegalArgumentException(
          "prepare: prompt embeddings %s are not [tokens, %d]"
              .formatted(prompt, config.captionChannels()));
    }
    List<KeyValue> blocks =
        KeyValue.allocate(ops, dtype, config.numLayers(), prompt.size(0), config.innerDim());
    try (var _ = ops.scope(TRANSFORMER)) {
      Tensor rounded = ops.allocate(dtype, prompt.shape());
      ops.copyInto(rounded, prompt);
      Tensor text = ops.tap("caption_projection", captionProjection.forward(ops, rounded));
      for (int i = 0; i < blocks.size(); i++) {
        spatialBlocks.get(i).prepareText(ops, text, blocks.get(i));
      }
    }
    return blocks;
  }

  /** [in channels, frames, height, width] to [out channels, frames, height, width]. */
  private Tensor forward(
      Ops ops,
      BlockCache cache,
      Tensor latents,
      float timestep,
      List<KeyValue> text,
      Layout layout) {
    requireSize(latents, layout);
    try (var scope = ops.scope(TRANSFORMER)) {
      // 1. Latents become tokens that know their place in the frame
      Tensor tokens = posEmbed.forward(ops, latents, dtype);
      ops.addInPlace(
          tokens.reshape(layout.grid().frames(), -1, config.innerDim()), layout.framePositions());
      ops.tap("pos_embed", tokens);

      // 2. The timestep becomes modulation
      AdaLayerNormSingle.Time time = adalnSingle.forward(ops, TokenTimesteps.of(timestep));

      // 3. Blocks within frames and across them take turns
      cache.run(
          ops,
          tokens,
          new BlockCache.Time(time.embedded(), time.modulation()),
          config.numLayers(),
          i -> {
            spatialBlocks.get(i).forward(ops, tokens, layout.frames(), time, text.get(i));
            acrossFrames(ops, tokens, i, time, layout);
          });

      // 4. Output norm, modulated by the timestep's embedding itself, and projection
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Tensor shift = ops.add(time.embedded(), table.select(0, 0));
      Tensor scale = ops.add(time.embedded(), table.select(0, 1));
      Tensor x = normOut.forward(ops, tokens, shift, scale, time.timesteps());
      x = ops.tap("proj_out", projOut.forward(ops, x));

      // 5. Tokens become a prediction for every latent
      Tensor prediction = config.patchSize().unpatchify(ops, x, layout.grid());
      return scope.keep(ops.tap("noise_pred", prediction));
    }
  }

  /**
   * The block across frames: the tokens of a place follow each other in it, and know their time.
   */
  private void acrossFrames(
      Ops ops, Tensor x, int index, AdaLayerNormSingle.Time time, Layout layout) {
    long frames = layout.grid().frames();
    long dim = config.innerDim();
    try (var _ = ops.scope()) {
      Tensor byFrame = x.reshape(frames, -1, dim);
      Tensor byPlace = ops.copy(byFrame.permute(1, 0, 2));
      if (index == 0 && layout.timePositions() != null) {
        ops.addInPlace(byPlace, layout.timePositions());
      }
      temporalBlocks.get(index).forward(ops, byPlace.reshape(-1, dim), layout.places(), time, null);
      ops.copyInto(byFrame, byPlace.permute(1, 0, 2));
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
