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
import io.zoetrope.vae.layer.Tiling;
import java.util.Map;

/**
 * Video to video: denoising begins amid the schedule, with a clip to which the noise of that place
 * is added (SDEdit; Meng et al., 2021).
 */
final class NoisyClip implements Conditioning {
  private final Input.Clip input;
  private ClipSize size;

  /** Latents of the clip, in host memory; null before they are encoded. */
  private Tensor latents;

  NoisyClip(Input.Clip input) {
    this.input = input;
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    int frames = input.frames().frames();
    if (frames != size.frames()) {
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
    latents = ops.download(codec.encode(ops, ClipSource.of(ops, clip), tiling));
  }

  @Override
  public int firstStep(int steps) {
    return steps - (int) (steps * input.strength());
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    ops.tap("clean_latents", latents);
    if (input.strength() == 1) {
      // Of the clip nothing is left but what schedules lack that begin just below pure noise.
      return Conditioning.super.start(ops, noise, scheduler, timestep);
    }
    try (var scope = ops.scope()) {
      return scope.keep(scheduler.addNoise(ops, ops.upload(latents), ops.upload(noise), timestep));
    }
  }
}
