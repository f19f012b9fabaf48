package io.zoetrope.dit.wan;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.nn.AdaLayerNorm;
import io.zoetrope.nn.Linear;
import io.zoetrope.nn.PatchEmbedding;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.nn.TokenTimesteps;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Predicts, from noisy latents, the velocity that leads to a video: the diffusion transformer of
 * Wan 2.1 and 2.2 ({@code WanTransformer3DModel} in diffusers). One call of {@link #forward} is one
 * guidance branch of one denoising step:
 *
 * <pre>{@code
 * WanRope rope = transformer.rope(ops, latents.shape());                   // once per size
 * TextContext text = transformer.prepare(ops, promptEmbeds, 512, null);    // once per prompt
 * Tensor velocity = transformer.forward(ops, latents, timestep, text, rope);
 * }</pre>
 *
 * <p>Activations have the dtype given to {@link #load}. As in diffusers the timestep's embedding,
 * all modulation, layer norms and rope are computed in F32 in any case, with unrounded weights.
 */
public final class WanTransformer implements Predictor {
  /** The prompt length that diffusers takes for granted to tell text from image tokens. */
  private static final int TEXT_TOKENS_BESIDE_IMAGE = 512;

  private final WanConfig config;
  private final DType dtype;
  private final PatchEmbedding patchEmbedding;
  private final TimeTextImageEmbedding conditionEmbedder;
  private final List<WanBlock> blocks;

  /** Null in models without a control branch. */
  private final VaceBranch vace;

  private final AdaLayerNorm normOut;
  private final Linear projOut;
  private final Tensor scaleShiftTable;

  private WanTransformer(WanConfig config, Weights weights, DType dtype) {
    long dim = config.innerDim();
    PatchSize patch = config.patchSize();
    this.config = config;
    this.dtype = dtype;
    this.patchEmbedding =
        PatchEmbedding.load(weights, "patch_embedding", patch, config.inChannels(), dim);
    this.conditionEmbedder = TimeTextImageEmbedding.load(weights, config);
    this.blocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(i -> WanBlock.load(weights, config, i))
            .toList();
    this.vace = config.vace().map(branch -> VaceBranch.load(weights, config, branch)).orElse(null);
    this.normOut = new AdaLayerNorm("norm_out", config.eps());
    this.projOut =
        Linear.load(weights.at("proj_out"), dim, (long) config.outChannels() * patch.volume());
    this.scaleShiftTable =
        weights.roundedTo(DType.F32).get("scale_shift_table", 1, 2, dim).reshape(2, dim);
  }

  /**
   * Demands all tensors of a checkpoint.
   *
   * @param weights the root of a transformer's checkpoint and of nothing else
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws WeightsException if a tensor is missing, has another shape, or is left over
   */
  public static WanTransformer load(WanConfig config, Weights weights, DType dtype) {
    if (!dtype.isComputable()) {
      throw new IllegalArgumentException("WanTransformer: dtype " + dtype + " is not F32 or BF16");
    }
    WanTransformer transformer = new WanTransformer(config, weights.roundedTo(dtype), dtype);
    weights.requireAllUsed(unusedByReference(config));
    return transformer;
  }

  /** Norms for queries to the image, which published checkpoints carry and diffusers drops. */
  private static String[] unusedByReference(WanConfig config) {
    return IntStream.range(0, config.numLayers())
        .mapToObj(i -> "blocks." + i + ".attn2.norm_added_q.weight")
        .toArray(String[]::new);
  }

  /** What the checkpoint says about its sizes. */
  public WanConfig config() {
    return config;
  }

  /** Returns the dtype of activations and of the result. */
  public DType dtype() {
    return dtype;
  }

  @Override
  public List<Branch> prepare(Ops ops, Conditions conditions, Shape latents) {
    Tensor image = conditions.images().isEmpty() ? null : joined(ops, conditions.images());
    Tensor imageContext = image == null ? null : prepareImage(ops, image);
    List<TextContext> contexts =
        conditions.prompts().stream()
            .map(prompt -> prepareText(ops, prompt.tokens(), prompt.length(), imageContext))
            .toList();
    WanRope rope = rope(ops, latents);
    VaceBranch.Embedded control = control(ops, conditions, rope);
    return contexts.stream().map(context -> branch(context, rope, control)).toList();
  }

  private Branch branch(TextContext context, WanRope rope, VaceBranch.Embedded control) {
    return (ops, cache, input, timesteps) ->
        forward(
            ops,
            cache,
            input,
            timesteps.length == 1 ? TokenTimesteps.of(timesteps[0]) : perToken(timesteps, rope),
            context,
            rope,
            control);
  }

  private VaceBranch.Embedded control(Ops ops, Conditions conditions, WanRope rope) {
    if (conditions.control().isPresent() != (vace != null)) {
      throw new IllegalArgumentException(
          vace == null
              ? "prepare: this model has no branch that reads a control"
              : "prepare: this model needs a control");
    }
    if (vace == null) {
      return null;
    }
    return vace.embed(ops, conditions.control().get(), rope.grid().tokens(), dtype);
  }

  /**
   * The position tables of a size, in the current scope.
   *
   * @param latents [channels, frames, height, width]
   * @throws IllegalArgumentException if the latents are not made of whole patches, or an axis is
   *     longer than the model's {@code rope_max_seq_len}
   */
  public WanRope rope(Ops ops, Shape latents) {
    PatchGrid grid = config.patchSize().grid(latents);
    int longest = Math.max(grid.frames(), Math.max(grid.height(), grid.width()));
    if (longest > config.ropeMaxSeqLen()) {
      throw new IllegalArgumentException(
          "rope: latents %s have %d patches along an axis, the model knows %d positions"
              .formatted(latents, longest, config.ropeMaxSeqLen()));
    }
    return WanRope.of(ops, config.attentionHeadDim(), grid);
  }

  /** The tokens of all pictures, one picture behind the other. */
  private Tensor joined(Ops ops, List<Tensor> images) {
    long tokens = images.stream().mapToLong(image -> image.size(0)).sum();
    Tensor all = ops.allocate(dtype, Shape.of(tokens, images.getFirst().size(1)));
    long row = 0;
    for (Tensor image : images) {
      ops.copyInto(all.narrow(0, row, image.size(0)), image);
      row += image.size(0);
    }
    return all;
  }

  /**
   * Computes the keys and values of a prompt in the current scope.
   *
   * <p>Wan pads prompts with zero rows up to {@code length}, and the video attends to those too.
   * Being equal, they have equal keys and values, so a single one stands for all n of them: {@code
   * n exp(s) = exp(s + log n)}, which is a bias of log n on its score s. This is exact.
   *
   * @param promptEmbeds [text tokens, text dim] without padding; F32 or BF16, host or device
   * @param length tokens with padding, the pipeline's {@code max_sequence_length}; 512 in models
   *     with an image branch
   * @param imageEmbeds [image tokens, image dim], the image encoder's penultimate hidden state,
   *     with two pictures that of the last behind that of the first; null in models without an
   *     image branch
   */
  public TextContext prepare(Ops ops, Tensor promptEmbeds, int length, Tensor imageEmbeds) {
    return prepareText(
        ops, promptEmbeds, length, imageEmbeds == null ? null : prepareImage(ops, imageEmbeds));
  }

  /** As {@link #prepare}, with the keys and values of the pictures, which serve all prompts. */
  private TextContext prepareText(Ops ops, Tensor promptEmbeds, int length, Tensor image) {
    checkPrompt(promptEmbeds, length);
    checkImage(image != null, length);
    int tokens = promptEmbeds.intSize(0);
    int padding = length - tokens;
    int keys = padding == 0 ? tokens : tokens + 1;
    Tensor bias = padding == 0 ? null : lastKeyBias(ops, keys, Math.log(padding));
    TextContext context = new TextContext(allocateKeyValues(ops, keys), bias, image);

    try (var _ = ops.scope("transformer")) {
      // 1. The prompt, and one row of padding
      Tensor padded = ops.allocate(dtype, Shape.of(keys, config.textDim()));
      ops.fill(padded, 0);
      ops.copyInto(padded.narrow(0, 0, tokens), promptEmbeds);
      Tensor text = conditionEmbedder.text(ops, padded);

      // 2. Its keys and values in every block
      for (WanBlock block : blocks) {
        block.prepareText(ops, text, context);
      }
      if (vace != null) {
        vace.prepareText(ops, text, context);
      }
    }
    return context;
  }

  /** Keys and values of pictures in every block: [blocks, 2, image tokens, dim]. */
  private Tensor prepareImage(Ops ops, Tensor imageEmbeds) {
    checkImage(imageEmbeds);
    Tensor keyValues = allocateKeyValues(ops, imageEmbeds.size(0));
    try (var _ = ops.scope("transformer")) {
      Tensor rounded = ops.allocate(dtype, imageEmbeds.shape());
      ops.copyInto(rounded, imageEmbeds);
      Tensor image = conditionEmbedder.image(ops, rounded);
      for (WanBlock block : blocks) {
        block.prepareImage(ops, image, keyValues);
      }
    }
    return keyValues;
  }

  /**
   * Predicts the velocity at one timestep that all tokens share.
   *
   * @param latents [in channels, frames, height, width], contiguous; F32 or BF16, host or device
   * @param timestep between 0 and 1000, as the scheduler gives it
   * @param context from {@link #prepare}
   * @param rope from {@link #rope} for the size of the latents
   * @return [out channels, frames, height, width] of {@link #dtype}, in the current scope
   * @throws IllegalArgumentException if the latents' channels or size do not fit model or rope
   */
  public Tensor forward(
      Ops ops, Tensor latents, float timestep, TextContext context, WanRope rope) {
    return forward(ops, BlockCache.NONE, latents, TokenTimesteps.of(timestep), context, rope, null);
  }

  /**
   * Does what the other does, with a timestep for every token (Wan 2.2 TI2V, {@code
   * expand_timesteps}).
   *
   * @param timesteps one per patch of the latents, in the order frame, row, column
   */
  public Tensor forward(
      Ops ops, Tensor latents, float[] timesteps, TextContext context, WanRope rope) {
    return forward(ops, BlockCache.NONE, latents, perToken(timesteps, rope), context, rope, null);
  }

  private static TokenTimesteps perToken(float[] timesteps, WanRope rope) {
    if (timesteps.length != rope.grid().tokens()) {
      throw new IllegalArgumentException(
          "transformer: %d timesteps for %d tokens"
              .formatted(timesteps.length, rope.grid().tokens()));
    }
    return TokenTimesteps.of(timesteps);
  }

  private Tensor forward(
      Ops ops,
      BlockCache cache,
      Tensor latents,
      TokenTimesteps timesteps,
      TextContext context,
      WanRope rope,
      VaceBranch.Embedded control) {
    checkPositions(latents, rope);
    try (var scope = ops.scope("transformer")) {
      // 1. Latents become tokens with positions
      Tensor tokens = patchEmbedding.forward(ops, latents, dtype);
      ops.tap("patch_embedding", tokens);
      ops.tap("rope.0", rope::cos);
      ops.tap("rope.1", rope::sin);

      // 2. Timesteps become modulation
      var time = conditionEmbedder.time(ops, timesteps, dtype);

      // 3. Every block updates the tokens; behind some of them the control branch adds a hint
      Tensor stream = control == null ? null : vace.begin(ops, tokens, control);
      cache.run(
          ops,
          tokens,
          new BlockCache.Time(time.temb(), time.timestepProj()),
          blocks.size(),
          i -> {
            int hint = control == null ? -1 : vace.hintBehind(i);
            if (hint >= 0) {
              vace.blocks().get(hint).block().forward(ops, stream, time, context, rope);
            }
            blocks.get(i).forward(ops, tokens, time, context, rope);
            if (hint >= 0) {
              VaceBlock last = vace.blocks().get(hint);
              ops.addGatedInPlace(tokens, last.hint(ops, stream), control.scales().get(hint));
            }
          });

      // 4. Output norm, modulated by the timestep's embedding itself, and projection
      Tensor table = ops.cast(scaleShiftTable, DType.F32);
      Tensor shift = ops.add(time.temb(), table.select(0, 0));
      Tensor scale = ops.add(time.temb(), table.select(0, 1));
      Tensor x = normOut.forward(ops, tokens, shift, scale, timesteps);
      x = ops.tap("proj_out", projOut.forward(ops, x));

      // 5. Tokens become a velocity for every latent
      return scope.keep(config.patchSize().unpatchify(ops, x, rope.grid()));
    }
  }

  private Tensor allocateKeyValues(Ops ops, long keys) {
    int all = blocks.size() + (vace == null ? 0 : vace.blocks().size());
    return ops.allocate(dtype, Shape.of(all, 2, keys, config.innerDim()));
  }

  private static Tensor lastKeyBias(Ops ops, int keys, double bias) {
    float[] values = new float[keys];
    values[keys - 1] = (float) bias;
    return ops.upload(Tensor.of(values, 1, 1, keys));
  }

  private void checkPrompt(Tensor promptEmbeds, int length) {
    boolean fits =
        promptEmbeds.shape().rank() == 2
            && promptEmbeds.size(1) == config.textDim()
            && promptEmbeds.size(0) > 0
            && promptEmbeds.size(0) <= length;
    if (!fits) {
      throw new IllegalArgumentException(
          "prepare: prompt embeddings %s are not [1 to %d tokens, %d]"
              .formatted(promptEmbeds, length, config.textDim()));
    }
  }

  private void checkImage(boolean given, int length) {
    if (given != config.imageDim().isPresent()) {
      throw new IllegalArgumentException("prepare: this model needs image embeddings");
    }
    if (given && length != TEXT_TOKENS_BESIDE_IMAGE) {
      throw new IllegalArgumentException(
          "prepare: prompts beside an image have length %d, not %d"
              .formatted(TEXT_TOKENS_BESIDE_IMAGE, length));
    }
  }

  private void checkImage(Tensor imageEmbeds) {
    if (config.imageDim().isEmpty()) {
      throw new IllegalArgumentException(
          "prepare: this model takes no image embeddings, but got " + imageEmbeds);
    }
    long tokens = config.posEmbedSeqLen().orElse(imageEmbeds.intSize(0));
    long[] shape = {tokens, config.imageDim().getAsInt()};
    if (!imageEmbeds.shape().equals(Shape.of(shape)) || tokens == 0) {
      throw new IllegalArgumentException(
          "prepare: image embeddings %s are not %s".formatted(imageEmbeds, Arrays.toString(shape)));
    }
  }

  private void checkPositions(Tensor latents, WanRope rope) {
    PatchGrid grid = config.patchSize().grid(latents.shape());
    if (!rope.grid().equals(grid)) {
      throw new IllegalArgumentException(
          "transformer: latents %s are %s, but rope is for %s"
              .formatted(latents, grid, rope.grid()));
    }
  }
}
