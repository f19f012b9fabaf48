package io.zoetrope.dit;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/** A diffusion transformer, as a sampling loop sees it. */
public interface Predictor {
  /** The predictions that one prompt leads to; what serves all steps is computed already. */
  interface Branch {
    /**
     * Says what will be asked for next, before other branches predict: for those that can work
     * meanwhile.
     *
     * @param input as {@link #predict} will get it
     * @param timesteps likewise
     */
    default void announce(Ops ops, Tensor input, float... timesteps) {}

    /**
     * Predicts what the scheduler asks for, such as a velocity.
     *
     * @param cache stands around the blocks
     * @param input what the model reads, [channels, frames, height, width], contiguous; F32 or
     *     BF16, of the frames, height and width that the branch was prepared for
     * @param timesteps one for all tokens, or one for each in the order frame, row, column
     * @return [channels, frames, height, width], in the current scope
     */
    Tensor predict(Ops ops, BlockCache cache, Tensor input, float... timesteps);

    /** The same, with every block run. */
    default Tensor predict(Ops ops, Tensor input, float... timesteps) {
      return predict(ops, BlockCache.NONE, input, timesteps);
    }
  }

  /**
   * Computes in the current scope what serves all steps, such as keys and values of the prompts and
   * tables of positions.
   *
   * @param latents [channels, frames, height, width] of what is denoised
   * @return a branch for each prompt; they are valid as long as the current scope is open
   * @throws IllegalArgumentException if the conditions or the latents do not fit the model
   */
  List<Branch> prepare(Ops ops, Conditions conditions, Shape latents);
}
