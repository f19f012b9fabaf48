package io.zoetrope.pipeline.task;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Image to video by further channels: beside the latents the transformer reads which frames are
 * given, and the latents of a clip that is grey but for these ({@code WanImageToVideoPipeline}).
 */
final class GivenFrames implements Conditioning {
  private final Input.Image first;

  /** Null where the clip may end as it likes. */
  private final Input.Image last;

  private final int framesPerLatent;
  private ClipSize size;

  /** Mask, then latents, [frames per latent + channels, frames, height, width], in host memory. */
  private Tensor condition;

  /** What the transformer reads, [latents and condition, ...], on the device. */
  private Tensor input;

  /**
   * Takes one picture or two.
   *
   * @param last null for none
   * @param framesPerLatent frames per latent frame, which are as many channels of the mask
   */
  GivenFrames(Input.Image first, Input.Image last, int framesPerLatent) {
    this.first = first;
    this.last = last;
    this.framesPerLatent = framesPerLatent;
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    if (last != null && size.frames() == 1) {
      throw new PipelineException(
          "a clip of 1 frame has no last frame beside its first: use %d frames or more"
              .formatted(1 + framesPerLatent));
    }
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("image", "given");
    if (last != null) {
      settings.put("last_image", "given");
    }
  }

  @Override
  public List<VideoFrames> pictures() {
    return Stream.of(Optional.of(first), Optional.ofNullable(last))
        .flatMap(Optional::stream)
        .map(Input.Image::picture)
        .toList();
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    float[] begin = ClipSource.resized(first, size);
    float[] end = last == null ? null : ClipSource.resized(last, size);
    ClipSource clip =
        new ClipSource(
            ops,
            size.width(),
            size.height(),
            size.frames(),
            frame -> frame == 0 ? begin : frame == size.frames() - 1 ? end : null);
    Tensor latents = codec.encode(ops, clip, tiling);
    long[] sizes = latents.shape().sizes();
    sizes[0] += framesPerLatent;
    Tensor both = ops.allocate(DType.F32, Shape.of(sizes));
    mask(ops, both.narrow(0, 0, framesPerLatent));
    ops.copyInto(both.narrow(0, framesPerLatent, latents.size(0)), latents);
    condition = ops.download(both);
    ops.countHeld(condition.byteSize());
  }

  /**
   * A channel for each frame of a latent frame: 1 where that is given, else 0. The first latent
   * frame stands for a single frame, which is given.
   */
  private void mask(Ops ops, Tensor mask) {
    ops.fill(mask, 0);
    ops.fill(mask.narrow(1, 0, 1), 1);
    if (last != null) {
      ops.fill(mask.narrow(0, framesPerLatent - 1, 1).narrow(1, mask.size(1) - 1, 1), 1);
    }
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    ops.countHeld(condition.byteSize());
    long[] sizes = noise.shape().sizes();
    long channels = sizes[0];
    sizes[0] += condition.size(0);
    input = ops.allocate(DType.F32, Shape.of(sizes));
    ops.copyInto(input.narrow(0, channels, condition.size(0)), ops.upload(condition));
    return Conditioning.super.start(ops, noise, scheduler, timestep);
  }

  @Override
  public Tensor input(Ops ops, Tensor latents) {
    ops.copyInto(input.narrow(0, 0, latents.size(0)), latents);
    return input;
  }
}
