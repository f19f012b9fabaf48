package io.zoetrope.pipeline.family;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.media.Provenance;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.prompts.PromptCache;
import io.zoetrope.pipeline.prompts.PromptKey;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.Supplier;

/** Embeddings of an encoder that are looked up in a cache before they are computed. */
public final class EncodedPrompts {
  private final PromptCache cache;
  private final List<StoredTensor> weights;
  private final List<String> computation;

  /** Of the weights; null until the first look-up. */
  private String hash;

  /**
   * Looks up what an encoder makes.
   *
   * @param weights of the encoder, which are open as long as this is used
   * @param encoder what it computes, and in which number format
   */
  EncodedPrompts(PromptCache cache, List<StoredTensor> weights, String encoder) {
    this.cache = cache;
    this.weights = weights;
    this.computation = List.of(Provenance.ENGINE.toString(), encoder);
  }

  /**
   * An embedding of the cache, or else an encoded one, which is kept. Whoever watches operations or
   * intermediate results sees them.
   *
   * @return in the current scope
   */
  Tensor get(Ops ops, int[] ids, int realTokens, Supplier<Tensor> encode) {
    if (ops.isWatched() || ops.backend() instanceof DryRunBackend) {
      return encode.get();
    }
    PromptKey key = key(ops, ids, realTokens);
    return cache.find(key).map(ops::upload).orElseGet(() -> encoded(ops, key, encode));
  }

  private PromptKey key(Ops ops, int[] ids, int realTokens) {
    if (hash == null) {
      hash = PromptKey.weights(weights);
    }
    List<String> where = List.of(computation.get(0), computation.get(1), ops.backend().name());
    return PromptKey.of(where, hash, ids, realTokens);
  }

  private Tensor encoded(Ops ops, PromptKey key, Supplier<Tensor> encode) {
    Tensor embedding = encode.get();
    cache.keep(key, ops.download(embedding));
    return embedding;
  }
}
