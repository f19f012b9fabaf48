package io.zoetrope.dit.cache;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.ops.Ops;

/** What is remembered of one prompt's predictions inside a transformer. */
abstract class BranchCache implements BlockCache {
  private int step = -1;
  private boolean reused;

  /** A step begins; behind a gap nothing that is remembered is of the step before. */
  final void begin(int next) {
    if (next != step + 1) {
      forget();
    }
    step = next;
  }

  /** The step under way. */
  final int step() {
    return step;
  }

  final boolean hasReused() {
    return reused;
  }

  /** Notes whether blocks are left out in this step; returns it. */
  final boolean reuses(boolean decided) {
    reused = decided;
    return decided;
  }

  abstract void forget();

  /** Adds what the next step needs of those before to a state. */
  void save(CacheState state) {
    state.put("step", step);
  }

  /** Goes on from a state. */
  void restore(Ops ops, CacheState state) {
    step = (int) state.number("step");
  }
}
