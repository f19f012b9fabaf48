package io.zoetrope.t5.encoder;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import java.nio.file.Path;

/**
 * The {@code config.json} of a T5 v1.1 or UMT5 text encoder. Components carry transformers'
 * parameter names.
 *
 * @param modelType which of the two
 * @param dKv width of one attention head
 * @param dFf width inside a block's feed-forward
 */
public record T5Config(
    ModelType modelType,
    int vocabSize,
    int dModel,
    int dKv,
    int dFf,
    int numLayers,
    int numHeads,
    int relativeAttentionNumBuckets,
    int relativeAttentionMaxDistance,
    float layerNormEpsilon) {
  private static final String FEED_FORWARD = "gated-gelu";

  /** The architectures, which differ in where relative positions are learned. */
  public enum ModelType {
    /** The first block's position bias serves all blocks. */
    T5,
    /** Every block has a position bias of its own. */
    UMT5
  }

  /** Width of all heads together. */
  public long innerDim() {
    return (long) numHeads * dKv;
  }

  /**
   * Reads a configuration. All fields must be there but {@code relative_attention_max_distance},
   * which early files lack and which is 128 then.
   *
   * @throws ConfigException if the file cannot be read, is no JSON object, or describes another
   *     architecture
   */
  public static T5Config read(Path file) {
    return of(JsonConfig.read(file));
  }

  /**
   * As {@link #read}, of what has been read already.
   *
   * @throws ConfigException if it describes another architecture
   */
  public static T5Config of(JsonConfig json) {
    json.choice("feed_forward_proj", null, FEED_FORWARD);
    T5Config config =
        new T5Config(
            json.choice("model_type", null, ModelType.class),
            json.positiveInteger("vocab_size"),
            json.positiveInteger("d_model"),
            json.positiveInteger("d_kv"),
            json.positiveInteger("d_ff"),
            json.positiveInteger("num_layers"),
            json.positiveInteger("num_heads"),
            json.positiveInteger("relative_attention_num_buckets"),
            json.positiveInteger("relative_attention_max_distance", 128),
            (float) json.positiveNumber("layer_norm_epsilon"));
    // Lest a nonsensical number becomes a list of that length.
    json.require(config.numLayers <= 10_000, "num_layers", "up to 10000");
    int buckets = config.relativeAttentionNumBuckets;
    json.require(
        buckets >= 4,
        "relative_attention_num_buckets",
        "at least 4, near and far ones for both directions");
    json.require(
        config.relativeAttentionMaxDistance > buckets / 4,
        "relative_attention_max_distance",
        "more than a quarter of the %d buckets".formatted(buckets));
    return config;
  }
}
