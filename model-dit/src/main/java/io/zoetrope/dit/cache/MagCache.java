package io.zoetrope.dit.cache;

import io.zoetrope.dit.cache.PublishedCaches.Limits;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;

/**
 * Knows from a table by how much what the blocks add shrinks from step to step, and computes when
 * the error that this makes has added up to a threshold (Ma et al., "MagCache: Fast Video
 * Generation with Magnitude-Aware Cache", 2025; {@code hooks/mag_cache.py} in diffusers, whose
 * arithmetic is float32). No value of the job has a say in it.
 */
final class MagCache extends WholeCache {

  private final Limits limits;
  private final CachedSteps steps;
  private final float[] ratios;
  private float ratio = 1;
  private float error;
  private int skipped;

  /**
   * A cache of one prompt.
   *
   * @param ratios for every step of the schedule
   */
  MagCache(Limits limits, float[] ratios, CachedSteps steps, Buffers buffers) {
    super(buffers);
    this.limits = limits;
    this.steps = steps;
    this.ratios = ratios;
  }

  @Override
  boolean decide(Ops ops, Time time, boolean isKnown) {
    if (step() - steps.from() < retained(limits.retentionRatio(), steps.count())) {
      return false;
    }
    ratio *= ratios[steps.inSchedule(step())];
    skipped++;
    error += Math.abs(1 - ratio);
    if (isKnown && error <= (float) limits.threshold() && skipped <= limits.maxSkipSteps()) {
      return true;
    }
    ratio = 1;
    error = 0;
    skipped = 0;
    return false;
  }

  @Override
  void save(CacheState state) {
    super.save(state);
    state.put("ratio", ratio);
    state.put("error", error);
    state.put("skipped", skipped);
  }

  @Override
  void restore(Ops ops, CacheState state) {
    super.restore(ops, state);
    ratio = (float) state.number("ratio");
    error = (float) state.number("error");
    skipped = (int) state.number("skipped");
  }

  /** How many steps in front are computed in any case. */
  static int retained(double share, int steps) {
    return (int) (share * steps + 0.5);
  }
}
