package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.function.IntConsumer;

/**
 * Runs the first block, and the others only if it does something else than in the step that was
 * computed last ({@code FirstBlockCache} of ParaAttention; {@code hooks/first_block_cache.py} in
 * diffusers).
 */
final class FirstBlockCache extends BranchCache {
  private final double threshold;

  /** What the first block and the others have added to the tokens. */
  private final Remembered first;

  private final Remembered rest;

  FirstBlockCache(double threshold, Buffers buffers) {
    this.threshold = threshold;
    this.first = new Remembered(buffers);
    this.rest = new Remembered(buffers);
  }

  @Override
  void save(CacheState state) {
    super.save(state);
    state.put("first", first);
    state.put("rest", rest);
  }

  @Override
  void restore(Ops ops, CacheState state) {
    super.restore(ops, state);
    state.restore(ops, "first", first);
    state.restore(ops, "rest", rest);
  }

  @Override
  void forget() {
    first.forget();
    rest.forget();
  }

  @Override
  public void run(Ops ops, Tensor tokens, Time time, int count, IntConsumer block) {
    if (reuses(isLikeBefore(ops, tokens, block))) {
      ops.addInPlace(tokens, rest.value());
      return;
    }
    rest.set(ops, tokens);
    for (int i = 1; i < count; i++) {
      block.accept(i);
    }
    rest.becomeChange(ops, tokens);
  }

  /** Runs the first block; remembers what it adds unless that is what it added before. */
  private boolean isLikeBefore(Ops ops, Tensor tokens, IntConsumer block) {
    try (var _ = ops.scope()) {
      Tensor added = ops.copy(tokens);
      block.accept(0);
      ops.linearCombinationInto(added, new double[] {1, -1}, tokens, added);
      boolean like = first.isKnown() && first.relativeDistance(ops, added) <= threshold;
      if (!like) {
        first.set(ops, added);
      }
      return like;
    }
  }
}
