package io.zoetrope.pipeline.task;

import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What an input does around the steps of one job. By default nothing: that is text to video. Its
 * methods are called in the order in which they stand here.
 */
public interface Conditioning {
  /** Text to video: denoising begins with noise, and takes every step. */
  Conditioning NONE = new Conditioning() {};

  /**
   * Checks that the input fits the request.
   *
   * @throws PipelineException that says what would
   */
  default void check(GenerationRequest request) {}

  /**
   * The shape of what is denoised.
   *
   * @param clip [channels, frames, height, width] of the clip's latents
   */
  default Shape latents(Shape clip) {
    return clip;
  }

  /** The shape of the noise that denoising begins with. */
  default Shape noise(Shape clip) {
    return latents(clip);
  }

  /** Whether random numbers have an effect beside those of that noise. */
  default boolean draws() {
    return false;
  }

  /** Whether {@link Setting#CONDITIONING_SCALE} has an effect. */
  default boolean scales() {
    return false;
  }

  /** Adds what the provenance says of the input. */
  default void describe(Map<String, Object> settings) {}

  /**
   * The noise levels of a request.
   *
   * @param schedule noise schedule and solver
   * @throws PipelineException if steps of this schedule can't be taken
   */
  default NoiseLevels levels(GenerationRequest request, SchedulerConfig schedule) {
    return NoiseLevels.of(request);
  }

  /**
   * Draws all noise that is needed before the first step, in the order of diffusers.
   *
   * @param source gives the job's random numbers, one draw after the other
   * @param initial draws the noise that denoising begins with, or takes what was given; is asked
   *     once
   * @return what {@code initial} gave, F32, in host memory
   */
  default Tensor draw(NoiseSource source, Supplier<Tensor> initial) {
    return initial.get();
  }

  /** The pictures that a model with an image encoder attends to, in order, a frame each. */
  default List<VideoFrames> pictures() {
    return List.of();
  }

  /** Whether {@link #encode} has something to do. */
  default boolean encodes() {
    return false;
  }

  /**
   * Encodes the input. What is made here lies in host memory: the stages have scratch of their own.
   *
   * @param tiling null for none
   */
  default void encode(Ops ops, VideoCodec codec, Tiling tiling) {}

  /**
   * Adds what the predictions depend on beside the prompts.
   *
   * @param conditions prompts, and embeddings of {@link #pictures}
   */
  default Conditions conditions(Conditions conditions) {
    return conditions;
  }

  /** The step of a schedule of so many that is taken first. */
  default int firstStep(int steps) {
    return 0;
  }

  /**
   * What the first step is given, in the current scope.
   *
   * @param noise F32, of the shape of {@link #noise}, in host memory
   * @param timestep that of the first step
   */
  default Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    Tensor latents = ops.upload(noise);
    if (scheduler.initNoiseSigma() != 1) {
      ops.linearCombinationInto(latents, new double[] {scheduler.initNoiseSigma()}, latents);
    }
    return latents;
  }

  /**
   * Changes the latents before a step, in place.
   *
   * @param noise for conditionings that add some
   */
  default void before(Ops ops, Tensor latents, float timestep, NoiseSource noise) {}

  /**
   * What the transformer reads in the place of the latents, in the current scope.
   *
   * @param latents scaled as the scheduler wants them
   */
  default Tensor input(Ops ops, Tensor latents) {
    return latents;
  }

  /** The timesteps that the transformer is given: one for all tokens, or one for each. */
  default float[] timesteps(float timestep) {
    return new float[] {timestep};
  }

  /** Takes a step, as {@link Scheduler#step} does. */
  default void step(
      Ops ops,
      Scheduler scheduler,
      Tensor prediction,
      float timestep,
      Tensor latents,
      NoiseSource noise) {
    scheduler.step(ops, prediction, timestep, latents, noise);
  }

  /** Changes the latents after a step, in place. */
  default void after(Ops ops, Tensor latents) {}

  /**
   * What is decoded, in the current scope.
   *
   * @param latents as the last step has left them; may be changed
   */
  default Tensor finish(Ops ops, Tensor latents) {
    return latents;
  }
}
