package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.Conditioning;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * Text to video: where latent frames are missing to whole patches in time, some are added in front,
 * which are denoised with the others and not decoded.
 */
class WholePatches implements Conditioning {
  private final VideoGeometry geometry;
  private final SizeLimits limits;
  private Shape clip;

  WholePatches(VideoGeometry geometry, SizeLimits limits) {
    this.geometry = geometry;
    this.limits = limits;
  }

  @Override
  public void check(GenerationRequest request) {
    limits.check(request.size());
    clip = geometry.latents(request.size());
  }

  /** The latents of the clip without what is added, [channels, frames, height, width]. */
  final Shape clip() {
    return clip;
  }

  @Override
  public Shape latents(Shape clip) {
    return geometry.wholePatches(clip);
  }

  @Override
  public Tensor finish(Ops ops, Tensor latents) {
    long added = latents.size(1) - clip.size(1);
    return added == 0 ? latents : ops.copy(latents.narrow(1, added, clip.size(1)));
  }
}
