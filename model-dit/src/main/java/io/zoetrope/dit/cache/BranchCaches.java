package io.zoetrope.dit.cache;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Caches inside a transformer, one for each prompt. */
final class BranchCaches implements StepCache {
  private final Buffers buffers;
  private final List<? extends BranchCache> branches;
  private boolean reused;

  /**
   * Caches of all prompts.
   *
   * @param buffers their memory, which is released with them
   */
  BranchCaches(Buffers buffers, List<? extends BranchCache> branches) {
    this.buffers = buffers;
    this.branches = branches;
  }

  @Override
  public Tensor predict(Ops ops, Call call) {
    BranchCache cache = branches.get(call.branch());
    cache.begin(call.step());
    Tensor prediction = call.transformer().predict(ops, cache, call.input(), call.timesteps());
    reused = cache.hasReused();
    return prediction;
  }

  @Override
  public boolean hasReused() {
    return reused;
  }

  @Override
  public Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>();
    for (int i = 0; i < branches.size(); i++) {
      branches.get(i).save(new CacheState(state, i + "."));
    }
    return state;
  }

  @Override
  public void restore(Ops ops, Map<String, Tensor> state) {
    for (int i = 0; i < branches.size(); i++) {
      branches.get(i).restore(ops, new CacheState(state, i + "."));
    }
  }

  @Override
  public void close() {
    buffers.close();
  }
}
