package io.zoetrope.t5.encoder;

import io.zoetrope.nn.Embedding;
import io.zoetrope.nn.RmsNorm;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The text encoder of Wan (UMT5) and of many other video models (T5 v1.1): {@code UMT5EncoderModel}
 * and {@code T5EncoderModel} in transformers.
 *
 * <p>In BF16 all weights are rounded, {@code wo} included, as transformers does with {@code
 * torch_dtype=bfloat16}; the residual stream is rounded after each addition.
 */
public final class T5Encoder {
  private static final String SHARED = "shared";
  private static final String EMBED_TOKENS = "encoder.embed_tokens";

  /**
   * Score of a key that must not be seen: its weight becomes exactly 0. Finite, and far enough from
   * the largest float that no backend's running maximum meets an infinity.
   */
  private static final float MASKED = -1e30f;

  private final T5Config config;
  private final DType dtype;
  private final Embedding embedding;
  private final List<T5Block> blocks;
  private final RmsNorm finalLayerNorm;

  private T5Encoder(T5Config config, Weights weights, DType dtype) {
    this.config = config;
    this.dtype = dtype;
    // Tied in the model; files hold one of the names or both.
    weights.requireSame(SHARED + ".weight", EMBED_TOKENS + ".weight");
    Weights table = weights.at(weights.has(SHARED + ".weight") ? SHARED : EMBED_TOKENS);
    this.embedding = Embedding.load(table, config.vocabSize(), config.dModel());
    Weights encoder = weights.at("encoder");
    this.blocks =
        IntStream.range(0, config.numLayers())
            .mapToObj(i -> T5Block.load(encoder.at("block").at(i), config, hasOwnBias(i)))
            .toList();
    this.finalLayerNorm =
        RmsNorm.load(encoder.at("final_layer_norm"), config.dModel(), config.layerNormEpsilon());
  }

  /**
   * Demands all tensors of a checkpoint.
   *
   * @param weights the root of a text encoder's checkpoint and of nothing else
   * @param dtype F32 or BF16: of activations, and what wider weights are rounded to
   * @throws io.zoetrope.weights.WeightsException if a tensor is missing, has another shape, or is
   *     left over
   */
  public static T5Encoder load(T5Config config, Weights weights, DType dtype) {
    if (!dtype.isComputable()) {
      throw new IllegalArgumentException("T5Encoder: dtype " + dtype + " is not F32 or BF16");
    }
    T5Encoder encoder = new T5Encoder(config, weights.roundedTo(dtype), dtype);
    weights.requireAllUsed(SHARED + ".weight", EMBED_TOKENS + ".weight");
    return encoder;
  }

  private boolean hasOwnBias(int block) {
    return block == 0 || config.modelType() == T5Config.ModelType.UMT5;
  }

  /** What the checkpoint says about its sizes. */
  public T5Config config() {
    return config;
  }

  /**
   * Encodes a sequence of tokens, which see each other in both directions.
   *
   * <p>Tokens from {@code realTokens} on are padding: they are computed, but no token sees them, so
   * the real tokens' rows are the same without them.
   *
   * @param ids token ids with {@code </s>} at the end and padding behind it
   * @param realTokens how many are not padding; all of them for models that let padding be seen
   * @return [tokens, d_model], in the current scope
   * @throws IllegalArgumentException if there are no real tokens, more than ids, or an id is
   *     outside the vocabulary
   */
  public Tensor forward(Ops ops, int[] ids, int realTokens) {
    if (realTokens < 1 || realTokens > ids.length) {
      throw new IllegalArgumentException(
          "T5Encoder: %d real tokens of %d".formatted(realTokens, ids.length));
    }
    try (var scope = ops.scope()) {
      int[] buckets =
          RelativePositions.buckets(
              ids.length,
              config.relativeAttentionNumBuckets(),
              config.relativeAttentionMaxDistance());
      Tensor mask = realTokens == ids.length ? null : mask(ops, ids.length, realTokens);
      Tensor x = embedding.forward(ops, ids, dtype);
      Tensor sharedBias =
          config.modelType() == T5Config.ModelType.T5
              ? blocks.getFirst().selfAttention().positionBias(ops, buckets, ids.length, mask)
              : null;
      for (int i = 0; i < blocks.size(); i++) {
        String name = "block" + i;
        try (var _ = ops.scope(name)) {
          T5Block block = blocks.get(i);
          Tensor bias =
              sharedBias != null
                  ? sharedBias
                  : block.selfAttention().positionBias(ops, buckets, ids.length, mask);
          block.forward(ops, x, bias);
        }
        ops.tap(name, x);
      }
      return scope.keep(ops.tap("final_layer_norm", finalLayerNorm.forward(ops, x)));
    }
  }

  private static Tensor mask(Ops ops, int tokens, int realTokens) {
    float[] mask = new float[tokens];
    Arrays.fill(mask, realTokens, tokens, MASKED);
    return ops.upload(Tensor.of(mask, tokens));
  }
}
