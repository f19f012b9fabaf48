package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.NoisyClip;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.LatentSampling;
import java.util.function.Supplier;

/**
 * Video to video from a sample of what the encoder makes of the clip. At strength 1 the schedule
 * says what is left of it: nothing at all in those of CogVideoX.
 */
final class SampledClip extends NoisyClip {
  private final VideoGeometry geometry;
  private final SizeLimits limits;
  private Shape latents;

  /** Of the distribution that the encoder gives of the clip, in host memory. */
  private Tensor drawn;

  SampledClip(VideoGeometry geometry, SizeLimits limits, Input.Clip clip) {
    super(clip);
    this.geometry = geometry;
    this.limits = limits;
  }

  @Override
  public void check(GenerationRequest request) {
    super.check(request);
    limits.check(request.size());
    latents = geometry.latents(request.size());
    long frames = latents.size(1);
    int patch = geometry.patch().frames();
    if (frames % patch != 0) {
      Shape whole =
          Shape.of(
              latents.size(0),
              Math.max(patch, frames / patch * patch),
              latents.size(2),
              latents.size(3));
      throw new PipelineException(
          "%d frames are %d latent frames; video to video with this model takes multiples of %d: use a clip of %d frames"
              .formatted(request.size().frames(), frames, patch, geometry.clip(whole).frames()));
    }
  }

  /** Clips of other lengths are as long in latent frames. */
  @Override
  protected boolean isAsLong(int frames, ClipSize size) {
    ClipSize given = new ClipSize(size.width(), size.height(), frames);
    return geometry.latents(given).equals(geometry.latents(size));
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public Tensor draw(NoiseSource source, Supplier<Tensor> initial) {
    drawn = source.normal(latents.sizes());
    return initial.get();
  }

  @Override
  protected LatentSampling sampling() {
    return LatentSampling.of(_ -> drawn);
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    return noisy(ops, noise, scheduler, timestep);
  }
}
