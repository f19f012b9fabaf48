package io.zoetrope.dit.cache;

import io.zoetrope.dit.BlockCache;
import io.zoetrope.dit.Predictor;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.Map;

/**
 * Stands between the steps of a job and one transformer, and takes its place in some of them. What
 * it decides depends on values that are the same on any number of threads, so the clip is, too.
 */
public interface StepCache extends AutoCloseable {
  /** Remembers nothing: the transformer predicts every time. */
  StepCache NONE =
      new StepCache() {
        @Override
        public Tensor predict(Ops ops, Call call) {
          return call.transformer().predict(ops, BlockCache.NONE, call.input(), call.timesteps());
        }

        @Override
        public boolean hasReused() {
          return false;
        }

        @Override
        public Map<String, Tensor> state() {
          return Map.of();
        }

        @Override
        public void restore(Ops ops, Map<String, Tensor> state) {}

        @Override
        public void close() {}
      };

  /**
   * A prediction that is asked for.
   *
   * @param step its place among the steps of the job, from 0; steps come in order
   * @param branch 0 for the prompt, which comes first, 1 for the negative prompt
   * @param transformer what predicts
   * @param input as {@link Predictor.Branch} takes it; the latents are its first channels
   * @param timesteps likewise
   */
  record Call(
      int step, int branch, Predictor.Branch transformer, Tensor input, float... timesteps) {}

  /**
   * What the transformer predicts, or nearly so.
   *
   * @return as {@link Predictor.Branch#predict}, in the current scope; F32 where nothing was
   *     computed at all
   */
  Tensor predict(Ops ops, Call call);

  /** Whether the last prediction was made without the transformer, or without most of it. */
  boolean hasReused();

  /**
   * What later steps need of earlier ones, by name: tensors, and single numbers in host memory.
   * They may be read until the next prediction. With them another cache of the same kind goes on
   * from here in the same steps, to the bit.
   */
  Map<String, Tensor> state();

  /**
   * Goes on from a {@link #state}, in the place of the first steps.
   *
   * @param state in host memory
   * @throws IllegalArgumentException if it is none of such a cache
   */
  void restore(Ops ops, Map<String, Tensor> state);

  /** Releases what is remembered. */
  @Override
  void close();
}
