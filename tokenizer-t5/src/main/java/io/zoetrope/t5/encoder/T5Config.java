package io.zoetrope.t5.encoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
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
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

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
   * @throws WeightsException if the file cannot be read, is no JSON object, or describes another
   *     architecture
   */
  public static T5Config read(Path file) {
    try {
      return new Fields(file.toString(), JSON.readTree(file.toFile())).config();
    } catch (JsonProcessingException e) {
      throw new WeightsException(file + ": not valid JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new WeightsException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** Typed look-ups in the JSON object. */
  private record Fields(String file, JsonNode json) {
    T5Config config() {
      require(json.isObject(), "the file", "no JSON object", "a JSON object");
      JsonNode feedForward = json.path("feed_forward_proj");
      require(
          FEED_FORWARD.equals(feedForward.textValue()),
          "feed_forward_proj",
          shown(feedForward),
          FEED_FORWARD);
      T5Config config =
          new T5Config(
              modelType(),
              integer("vocab_size"),
              integer("d_model"),
              integer("d_kv"),
              integer("d_ff"),
              integer("num_layers"),
              integer("num_heads"),
              integer("relative_attention_num_buckets"),
              json.has("relative_attention_max_distance")
                  ? integer("relative_attention_max_distance")
                  : 128,
              epsilon());
      int buckets = config.relativeAttentionNumBuckets;
      require(
          buckets >= 4,
          "relative_attention_num_buckets",
          buckets,
          "at least 4, near and far ones for both directions");
      require(
          config.relativeAttentionMaxDistance > buckets / 4,
          "relative_attention_max_distance",
          config.relativeAttentionMaxDistance,
          "more than a quarter of the %d buckets".formatted(buckets));
      return config;
    }

    private ModelType modelType() {
      JsonNode value = json.path("model_type");
      return switch (value.asText()) {
        case "t5" -> ModelType.T5;
        case "umt5" -> ModelType.UMT5;
        default -> throw refused("model_type", shown(value), "t5, umt5");
      };
    }

    private int integer(String name) {
      JsonNode value = json.path(name);
      require(
          value.isIntegralNumber() && value.canConvertToInt() && value.intValue() > 0,
          name,
          shown(value),
          "positive integers");
      return value.intValue();
    }

    private float epsilon() {
      JsonNode value = json.path("layer_norm_epsilon");
      require(
          value.isNumber() && value.floatValue() > 0,
          "layer_norm_epsilon",
          shown(value),
          "positive numbers");
      return value.floatValue();
    }

    private static String shown(JsonNode value) {
      return value.isMissingNode() ? "missing" : value.toString();
    }

    private void require(boolean condition, String name, Object value, String supported) {
      if (!condition) {
        throw refused(name, value, supported);
      }
    }

    private WeightsException refused(String name, Object value, String supported) {
      return new WeightsException(
          "%s: %s is %s; supported: %s".formatted(file, name, value, supported));
    }
  }
}
