package io.zoetrope.dit.cache;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Expects of a transformer that its prediction changes as much for a change of the latents as it
 * did when it was computed last, and computes when the change that is expected since then has added
 * up to a threshold (Zhou et al., "Less is Enough: Training-Free Video Diffusion Acceleration via
 * Runtime-Adaptive Caching", 2025; {@code easycache_generate.py}). The prompt decides for the
 * negative prompt. The first steps and the last one are always computed. It remembers latents
 * alone, and so takes next to no memory.
 */
final class EasyCache implements StepCache {
  private final double threshold;
  private final int warmUp;
  private final CachedSteps steps;
  private final Buffers buffers;

  /** Latents of the step before, and those and the prediction of the step that was computed. */
  private final Remembered latentsBefore;

  private final Remembered latentsComputed;
  private final Remembered predicted;

  /** Prediction less latents, of each branch, and the step that it is of. */
  private final Remembered[] offsets;

  private final int[] computedSteps;

  /** Change of the prediction for a change of the latents; NaN before it is known. */
  private double rate = Double.NaN;

  private double change;
  private boolean reuses;
  private boolean reused;

  /**
   * A cache.
   *
   * @param warmUp how many steps in front are computed in any case
   * @param branches how many prompts there are
   */
  EasyCache(double threshold, int warmUp, CachedSteps steps, int branches, Buffers buffers) {
    this.threshold = threshold;
    this.warmUp = warmUp;
    this.steps = steps;
    this.buffers = buffers;
    this.latentsBefore = new Remembered(buffers);
    this.latentsComputed = new Remembered(buffers);
    this.predicted = new Remembered(buffers);
    this.offsets =
        IntStream.range(0, branches)
            .mapToObj(_ -> new Remembered(buffers))
            .toArray(Remembered[]::new);
    this.computedSteps = new int[branches];
    Arrays.fill(computedSteps, -1);
  }

  @Override
  public Tensor predict(Ops ops, Call call) {
    int branch = call.branch();
    if (branch == 0) {
      reuses = decide(ops, call);
    }
    // A branch that was not asked for when the other was computed knows nothing of that step.
    reused = reuses && computedSteps[branch] == computedSteps[0];
    return reused ? reuse(ops, call) : compute(ops, call);
  }

  private boolean decide(Ops ops, Call call) {
    if (!predicted.isKnown()) {
      return false;
    }
    Tensor latents = latents(call, predicted.value());
    int place = call.step() - steps.from();
    boolean isForced = place < warmUp || call.step() == steps.to() - 1;
    double moved = isForced ? 0 : ops.meanDistance(latents, latentsBefore.value());
    change = isForced ? 0 : change + rate * (moved / ops.meanMagnitude(predicted.value()));
    latentsBefore.set(ops, latents);
    boolean isSmall = !isForced && change < threshold;
    if (!isSmall) {
      change = 0;
    }
    return isSmall;
  }

  private static Tensor latents(Call call, Tensor prediction) {
    return call.input().narrow(0, 0, prediction.size(0));
  }

  private Tensor reuse(Ops ops, Call call) {
    Tensor offset = offsets[call.branch()].value();
    Tensor prediction = ops.allocate(DType.F32, offset.shape());
    ops.linearCombinationInto(prediction, new double[] {1, 1}, latents(call, offset), offset);
    return prediction;
  }

  private Tensor compute(Ops ops, Call call) {
    Tensor prediction =
        call.transformer().predict(ops, BlockCache.NONE, call.input(), call.timesteps());
    Tensor latents = latents(call, prediction);
    int branch = call.branch();
    if (branch == 0) {
      if (predicted.isKnown()) {
        rate =
            ops.meanDistance(prediction, predicted.value())
                / ops.meanDistance(latents, latentsComputed.value());
      } else {
        latentsBefore.set(ops, latents);
      }
      latentsComputed.set(ops, latents);
      predicted.set(ops, prediction);
    }
    offsets[branch].set(ops, latents);
    offsets[branch].becomeChange(ops, prediction);
    computedSteps[branch] = call.step();
    return prediction;
  }

  @Override
  public boolean hasReused() {
    return reused;
  }

  @Override
  public Map<String, Tensor> state() {
    CacheState state = new CacheState(new LinkedHashMap<>(), "");
    state.put("latents_before", latentsBefore);
    state.put("latents_computed", latentsComputed);
    state.put("predicted", predicted);
    state.put("rate", rate);
    state.put("change", change);
    for (int branch = 0; branch < offsets.length; branch++) {
      state.put("offset" + branch, offsets[branch]);
      state.put("computed_step" + branch, computedSteps[branch]);
    }
    return state.entries();
  }

  @Override
  public void restore(Ops ops, Map<String, Tensor> entries) {
    CacheState state = new CacheState(entries, "");
    state.restore(ops, "latents_before", latentsBefore);
    state.restore(ops, "latents_computed", latentsComputed);
    state.restore(ops, "predicted", predicted);
    rate = state.number("rate");
    change = state.number("change");
    for (int branch = 0; branch < offsets.length; branch++) {
      state.restore(ops, "offset" + branch, offsets[branch]);
      computedSteps[branch] = (int) state.number("computed_step" + branch);
    }
  }

  @Override
  public void close() {
    buffers.close();
  }
}
