package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Guesses from the embedding of the timestep how much the prediction changes, by a polynomial that
 * was fitted to the model, and computes when the guesses since the last computed step add up to a
 * threshold (Liu et al., "Timestep Embedding Tells: It's Time to Cache for Video Diffusion Model",
 * 2024; {@code TeaCache4Wan2.1/teacache_generate.py} without {@code use_ret_steps}). The first step
 * and the last one are always computed.
 */
final class TeaCache extends WholeCache {
  private final double threshold;
  private final List<Double> coefficients;
  private final CachedSteps steps;
  private final Remembered before;
  private double change;

  /**
   * A cache of one prompt.
   *
   * @param coefficients of the polynomial, the highest power first
   */
  TeaCache(double threshold, List<Double> coefficients, CachedSteps steps, Buffers buffers) {
    super(buffers);
    this.threshold = threshold;
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
  boolean decide(Ops ops, Tensor time, boolean isKnown) {
    boolean isOpen = isKnown && before.isKnown() && step() < steps.to() - 1;
    change = isOpen ? change + guess(before.relativeDistance(ops, time)) : 0;
    before.set(ops, time);
    boolean reused = isOpen && change < threshold;
    if (!reused) {
      change = 0;
    }
    return reused;
  }

  private double guess(double distance) {
    double sum = 0;
    for (double coefficient : coefficients) {
      sum = sum * distance + coefficient;
    }
    return sum;
  }
}
