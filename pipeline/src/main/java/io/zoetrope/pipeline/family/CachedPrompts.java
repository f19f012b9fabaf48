package io.zoetrope.pipeline.family;

import io.zoetrope.pipeline.prompts.PromptCache;
import java.util.Optional;

/** A model whose prompts are looked up in a cache before they are encoded. */
public final class CachedPrompts extends ChangedModel {
  /** Encoders whose weights take fewer bytes are faster than a look at the disk. */
  private static final long LARGE_ENCODER = 256L << 20;

  private final Optional<PromptCache> cache;
  private final long leastBytes;

  /** The same model with the cache of this user, if its text encoder is large. */
  public CachedPrompts(ModelSource model) {
    super(model);
    cache = Optional.empty();
    leastBytes = LARGE_ENCODER;
  }

  /** The same model with a cache, however large its text encoder is. */
  public CachedPrompts(ModelSource model, PromptCache cache) {
    super(model);
    this.cache = Optional.of(cache);
    leastBytes = 0;
  }

  @Override
  public Optional<PromptCache> promptCache(long encoderBytes) {
    return encoderBytes < leastBytes ? cache : cache.or(() -> Optional.of(PromptCache.ofUser()));
  }
}
