package io.zoetrope.pipeline.task;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import java.util.Map;

/**
 * Video to video: denoising begins amid the schedule, with a clip to which the noise of that place
 * is added (SDEdit; Meng et al., 2021).
 */
public class NoisyClip implements Conditioning {
  private final Input.Clip input;
  private ClipSize size;

  /** Latents of the clip, in host memory; null before they are encoded. */
  private Tensor latents;

  /** Begins with a clip. */
  public NoisyClip(Input.Clip input) {
    this.input = input;
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    int frames = input.frames().frames();
    if (!isAsLong(frames, size)) {
      throw new PipelineException(
          "the input clip has %d frames, the request %d: ask for as many, or cut it"
              .formatted(frames, size.frames()));
    }
    int steps = request.get(Setting.STEPS);
    if (firstStep(steps) == steps) {
      throw new PipelineException(
          "strength %s leaves no step of %d; use more of either"
              .formatted(input.strength(), steps));
    }
  }

  /** Whether a clip of so many frames is as long as what is asked for. */
  protected boolean isAsLong(int frames, ClipSize asked) {
    return frames == asked.frames();
  }

  /** Which latents are taken of the distribution that the encoder gives. */
  protected LatentSampling sampling() {
    return LatentSampling.MODE;
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("strength", input.strength());
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    VideoFrames clip = ClipSource.resized(ops, input.frames(), size);
    latents = ops.download(codec.encode(ops, ClipSource.of(ops, clip), tiling, sampling()));
  }

  @Override
  public int firstStep(int steps) {
    return steps - (int) (steps * input.strength());
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    if (input.strength() == 1) {
      // Of the clip nothing is left but what schedules lack that begin just below pure noise.
      ops.tap("clean_latents", latents);
      return Conditioning.super.start(ops, noise, scheduler, timestep);
    }
    return noisy(ops, noise, scheduler, timestep);
  }

  /** The clip with noise at the level of a step, in the current scope. */
  protected final Tensor noisy(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    ops.tap("clean_latents", latents);
    // CogVideoX's pipeline in diffusers goes on to multiply by init_noise_sigma, here 8 to 4096
    // times too much: the clip would be lost. Other schedulers than Euler's discrete one have 1.
    try (var scope = ops.scope()) {
      return scope.keep(scheduler.addNoise(ops, ops.upload(latents), ops.upload(noise), timestep));
    }
  }
}
