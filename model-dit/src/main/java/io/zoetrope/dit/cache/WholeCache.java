package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.function.IntConsumer;

/** Runs all blocks or none, which is decided in front of the first one. */
abstract class WholeCache extends BranchCache {
  /** What the blocks have added to the tokens. */
  private final Remembered added;

  WholeCache(Buffers buffers) {
    this.added = new Remembered(buffers);
  }

  /**
   * Whether no block is to run in this step. Asked in every step, whatever comes of it.
   *
   * @param isKnown whether it is known what the blocks would add
   */
  abstract boolean decide(Ops ops, Time time, boolean isKnown);

  @Override
  void save(CacheState state) {
    super.save(state);
    state.put("added", added);
  }

  @Override
  void restore(Ops ops, CacheState state) {
    super.restore(ops, state);
    state.restore(ops, "added", added);
  }

  @Override
  void forget() {
    added.forget();
  }

  @Override
  public final void run(Ops ops, Tensor tokens, Time time, int count, IntConsumer block) {
    if (reuses(decide(ops, time, added.isKnown()))) {
      ops.addInPlace(tokens, added.value());
      return;
    }
    added.set(ops, tokens);
    NONE.run(ops, tokens, time, count, block);
    added.becomeChange(ops, tokens);
  }
}
