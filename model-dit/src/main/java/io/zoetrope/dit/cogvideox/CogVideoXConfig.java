package io.zoetrope.dit.cogvideox;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Activation;
import java.util.OptionalInt;

/**
 * The {@code config.json} of a {@code CogVideoXTransformer3DModel}. Components carry diffusers'
 * parameter names; a field that is missing or null takes diffusers' default.
 *
 * @param inChannels channels that the transformer reads: those of the latents, and as many of a
 *     picture in models that take one
 * @param outChannels channels of the prediction
 * @param flipSinToCos whether cosines come before sines in the timestep's sinusoid
 * @param freqShift of that sinusoid
 * @param timeEmbedDim width of the timestep's embedding
 * @param ofsEmbedDim width of a second embedding, of a constant, which is added to it; empty in
 *     models that have none
 * @param textEmbedDim width of the prompt embeddings
 * @param attentionBias whether queries, keys and values have a bias
 * @param sampleWidth columns of the latents that the model was trained with
 * @param sampleHeight rows of those
 * @param sampleFrames frames of the clips that it was trained with
 * @param patchSize latents of a token
 * @param patchesInTime whether patches have a length in time ({@code patch_size_t}), in the models
 *     of version 1.5: their patches are mapped otherwise, and their positions count patches
 * @param temporalCompressionRatio frames of a latent frame
 * @param maxTextSeqLength tokens of the prompts that it was trained with
 * @param normElementwiseAffine whether layer norms have weights
 * @param spatialInterpolationScale what sin-cos positions of rows and columns are divided by
 * @param temporalInterpolationScale what those of frames are divided by
 * @param positions how tokens know their place
 * @param patchBias whether the map of patches to tokens has a bias; ever so with patches in time
 */
public record CogVideoXConfig(
    int numAttentionHeads,
    int attentionHeadDim,
    int inChannels,
    int outChannels,
    boolean flipSinToCos,
    float freqShift,
    int timeEmbedDim,
    OptionalInt ofsEmbedDim,
    int textEmbedDim,
    int numLayers,
    boolean attentionBias,
    int sampleWidth,
    int sampleHeight,
    int sampleFrames,
    PatchSize patchSize,
    boolean patchesInTime,
    int temporalCompressionRatio,
    int maxTextSeqLength,
    Activation activation,
    boolean normElementwiseAffine,
    float normEps,
    double spatialInterpolationScale,
    double temporalInterpolationScale,
    Positions positions,
    boolean patchBias) {
  private static final String CLASS_NAME = "CogVideoXTransformer3DModel";
  private static final String ROTARY = "use_rotary_positional_embeddings";
  private static final String LEARNED = "use_learned_positional_embeddings";

  /** Sines and cosines of a quarter of the width, and of three eighths. */
  private static final int WHOLE_PARTS = 16;

  /** How tokens know their place. */
  public enum Positions {
    /** Sines and cosines are added to them. */
    SIN_COS,
    /** Queries and keys turn. */
    ROTARY,
    /** Queries and keys turn, and what was learned for one size is added to the tokens. */
    ROTARY_AND_LEARNED;

    /** Whether queries and keys turn. */
    public boolean areRotary() {
      return this != SIN_COS;
    }

    /** Whether something is added to the tokens, for prompts of one length alone. */
    public boolean areAdded() {
      return this != ROTARY;
    }
  }

  /** Width of the tokens inside the transformer. */
  public long innerDim() {
    return (long) numAttentionHeads * attentionHeadDim;
  }

  /** How many parameters the transformer has. */
  public long parameters() {
    long dim = innerDim();
    long norm = normElementwiseAffine ? 2 * dim : 0;
    long modulated = 6 * linear(timeEmbedDim, dim) + norm;
    long attention =
        3 * (linear(dim, dim) - (attentionBias ? 0 : dim))
            + 4L * attentionHeadDim
            + linear(dim, dim);
    long feedForward = linear(dim, 4 * dim) + linear(4 * dim, dim);
    long patch = linear((long) inChannels * patchSize.volume(), dim);
    long embedding =
        patch
            - (patchBias || patchesInTime ? 0 : dim)
            + linear(textEmbedDim, dim)
            + linear(dim, timeEmbedDim)
            + linear(timeEmbedDim, timeEmbedDim)
            + (ofsEmbedDim.isPresent() ? 2 * linear(timeEmbedDim, timeEmbedDim) : 0);
    long output =
        2 * norm
            + linear(timeEmbedDim, 2 * dim)
            + linear(dim, (long) outChannels * patchSize.volume());
    return embedding + numLayers * (2 * modulated + attention + feedForward) + output;
  }

  private static long linear(long in, long out) {
    return (in + 1) * out;
  }

  /** Latent frames of the clips that it was trained with. */
  public int sampleLatentFrames() {
    return (sampleFrames - 1) / temporalCompressionRatio + 1;
  }

  /**
   * Reads a configuration.
   *
   * @throws ConfigException if it is malformed or asks for something that this implementation does
   *     not do: gated activations, and combinations that diffusers does not do either
   */
  public static CogVideoXConfig of(JsonConfig fields) {
    JsonConfig json = fields.withoutNulls();
    json.choice("_class_name", CLASS_NAME, CLASS_NAME);
    json.choice("timestep_activation_fn", "silu", "silu");
    OptionalInt patchFrames = json.optionalPositiveInteger("patch_size_t");
    int patch = json.positiveInteger("patch_size", 2);
    CogVideoXConfig config =
        new CogVideoXConfig(
            json.positiveInteger("num_attention_heads", 30),
            json.positiveInteger("attention_head_dim", 64),
            json.positiveInteger("in_channels", 16),
            json.positiveInteger("out_channels", 16),
            json.flag("flip_sin_to_cos", true),
            (float) json.number("freq_shift", 0),
            json.positiveInteger("time_embed_dim", 512),
            json.optionalPositiveInteger("ofs_embed_dim"),
            json.positiveInteger("text_embed_dim", 4096),
            // A bound, lest a nonsensical number becomes a list of that length.
            json.integer("num_layers", 30, 1, 10_000),
            json.flag("attention_bias", true),
            json.positiveInteger("sample_width", 90),
            json.positiveInteger("sample_height", 60),
            json.positiveInteger("sample_frames", 49),
            new PatchSize(patchFrames.orElse(1), patch, patch),
            patchFrames.isPresent(),
            json.positiveInteger("temporal_compression_ratio", 4),
            json.positiveInteger("max_text_seq_length", 226),
            activation(json),
            json.flag("norm_elementwise_affine", true),
            (float) json.positiveNumber("norm_eps", 1e-5),
            json.positiveNumber("spatial_interpolation_scale", 1.875),
            json.positiveNumber("temporal_interpolation_scale", 1.0),
            positions(json),
            json.flag("patch_bias", true));
    config.requireConsistent(json);
    return config;
  }

  private static Activation activation(JsonConfig json) {
    String name = json.choice("activation_fn", "gelu-approximate", "gelu-approximate", "gelu");
    return name.equals("gelu") ? Activation.GELU_ERF : Activation.GELU_TANH;
  }

  private static Positions positions(JsonConfig json) {
    boolean rotary = json.flag(ROTARY, false);
    boolean learned = json.flag(LEARNED, false);
    json.require(rotary || !learned, LEARNED, "false without " + ROTARY);
    if (learned) {
      return Positions.ROTARY_AND_LEARNED;
    }
    return rotary ? Positions.ROTARY : Positions.SIN_COS;
  }

  private void requireConsistent(JsonConfig json) {
    json.require(
        Math.min(sampleHeight, sampleWidth) >= patchSize.height(),
        "patch_size",
        "at most sample_height and sample_width");
    json.require(
        !positions.areRotary() || attentionHeadDim % WHOLE_PARTS == 0,
        "attention_head_dim",
        "multiples of 16 with " + ROTARY);
    json.require(
        !positions.areAdded() || innerDim() % WHOLE_PARTS == 0,
        "attention_head_dim",
        "those with a multiple of 16 in all heads, for sines and cosines of places");
    json.require(
        !positions.areAdded() || !patchesInTime,
        "patch_size_t",
        "null with positions that are added to tokens");
    json.require(
        ofsEmbedDim.isEmpty() || ofsEmbedDim.getAsInt() == timeEmbedDim,
        "ofs_embed_dim",
        "the time_embed_dim %d, or null".formatted(timeEmbedDim));
  }
}
