package io.zoetrope.pipeline;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;

/** What a request gives a model to work with, beside the prompt. */
public sealed interface Input {
  /** What to call it to people, e.g. {@code "a clip"}. */
  String title();

  /**
   * Noise to start from instead of the seed's.
   *
   * @param values floating point, [channels, frames, height, width] of the latents
   */
  record Noise(Tensor values) implements Input {
    @Override
    public String title() {
      return "initial noise";
    }
  }

  /**
   * A clip to start from (video to video).
   *
   * @param frames of the size and number that the request asks for
   * @param strength how much of the schedule is applied to the clip, above 0, at most 1; 0.8 in
   *     diffusers where nothing is said
   */
  record Clip(VideoFrames frames, double strength) implements Input {
    /**
     * Checks the strength.
     *
     * @throws PipelineException if it is out of range
     */
    public Clip {
      if (!(strength > 0 && strength <= 1)) {
        throw new PipelineException("strength %s is not above 0 and at most 1".formatted(strength));
      }
    }

    @Override
    public String title() {
      return "a clip";
    }
  }
}
