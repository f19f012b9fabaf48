package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Guesses from the embedding of the timestep how much the prediction changes, by a polynomial that
 * was fitted to the model, and computes when the guesses since the last computed step add up to a
 * threshold (Liu et al., "Timestep Embedding Tells: It's Time to Cache for Video Diffusion Model",
 * 2024; {@code TeaCache4Wan2.1/teacache_generate.py}). The first step and the last one are always
 * computed; with retention ({@code use_ret_steps} there) the first five, and the guess is from what
 * the embedding becomes for the blocks.
 */
final class TeaCache extends WholeCache {
  /** Steps in front that are computed with retention. */
  static final int RETAINED = 5;

  private final double threshold;
  private final boolean isRetaining;
  private final List<Double> coefficients;
  private final CachedSteps steps;
  private final Remembered before;
  private double change;

  /**
   * A cache of one prompt.
   *
   * @param isRetaining whether there is retention
   * @param coefficients of the polynomial, the highest power first
   */
  TeaCache(
      double threshold,
      boolean isRetaining,
      List<Double> coefficients,
      CachedSteps steps,
      Buffers buffers) {
    super(buffers);
    this.threshold = threshold;
    this.isRetaining = isRetaining;
    this.coefficients = coefficients;
    this.steps = steps;
    this.before = new Remembered(buffers);
  }

  @Override
  void save(CacheState state) {
    super.save(state);
    state.put("before", before);
    state.put("change", change);
  }

  @Override
  void restore(Ops ops, CacheState state) {
    super.restore(ops, state);
    state.restore(ops, "before", before);
    change = state.number("change");
  }

  @Override
  void forget() {
    super.forget();
    before.forget();
  }

  @Override
  boolean decide(Ops ops, Time time, boolean isKnown) {
    Tensor looked = isRetaining ? time.modulation() : time.embedding();
    boolean isOpen = isKnown && before.isKnown() && !isForced();
    change = isOpen ? change + guess(before.relativeDistance(ops, looked)) : 0;
    before.set(ops, looked);
    boolean reused = isOpen && change < threshold;
    if (!reused) {
      change = 0;
    }
    return reused;
  }

  private boolean isForced() {
    return isRetaining ? step() - steps.from() < RETAINED : step() == steps.to() - 1;
  }

  private double guess(double distance) {
    double sum = 0;
    for (double coefficient : coefficients) {
      sum = sum * distance + coefficient;
    }
    return sum;
  }
}
