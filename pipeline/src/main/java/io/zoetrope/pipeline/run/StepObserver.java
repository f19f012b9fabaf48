package io.zoetrope.pipeline.run;

import io.zoetrope.dit.cache.StepCache;
import io.zoetrope.tensor.Tensor;
import java.util.function.Supplier;

/** Looks on while noise is taken away; nothing that is computed depends on it. */
@FunctionalInterface
interface StepObserver {
  /**
   * A step is predicted, and taken next.
   *
   * @param step from 1
   * @param original computes what the prediction says of the latents without noise, as {@link
   *     io.zoetrope.dit.scheduler.Scheduler#predictOriginalSample} does
   */
  default void predicted(int step, Supplier<Tensor> original) {}

  /**
   * A prediction was made of what a step cache remembers.
   *
   * @param step from 1
   * @param branch "cond" or "uncond"
   */
  default void reused(int step, String branch) {}

  /**
   * So many steps are taken, those in front of the first that this run took too.
   *
   * @param cache stood around the predictions of the last one
   */
  void taken(int steps, StepCache cache);
}
