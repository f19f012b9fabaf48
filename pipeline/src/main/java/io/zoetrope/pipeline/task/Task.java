package io.zoetrope.pipeline.task;

import io.zoetrope.pipeline.Input;
import java.util.Optional;
import java.util.function.Function;

/**
 * What a model does with inputs of one kind.
 *
 * @param <I> the kind of input
 * @param title for people, e.g. {@code "video to video"}
 * @param input the kind of input
 * @param conditioning how an input acts on a job
 */
public record Task<I extends Input>(
    String title, Class<I> input, Function<I, Conditioning> conditioning) {
  /** A clip, with noise added, is where denoising begins ({@code WanVideoToVideoPipeline}). */
  public static final Task<Input.Clip> VIDEO_TO_VIDEO =
      new Task<>("video to video", Input.Clip.class, NoisyClip::new);

  /** How an input acts on a job; empty if it is of another kind. */
  public Optional<Conditioning> conditioning(Input given) {
    return input.isInstance(given)
        ? Optional.of(conditioning.apply(input.cast(given)))
        : Optional.empty();
  }
}
