package io.zoetrope.pipeline.task;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.Arrays;
import java.util.Map;

/**
 * Image to video with a timestep for every token: the first latent frame is that of a picture,
 * without noise and at timestep 0, in every step; what the steps make of it is thrown away ({@code
 * WanImageToVideoPipeline} with {@code expand_timesteps}). Several latent frames can be those of a
 * clip in the same way, which goes on with its motion. So can the last latent frame be that of a
 * picture: the clip arrives there and rests for the frames of one latent frame.
 */
final class CleanFrames implements Conditioning {
  /** Null where the clip may begin as it likes; else whole latent frames. */
  private final VideoFrames first;

  /** Null where the clip may end as it likes. */
  private final Input.Image last;

  private final PatchSize patch;
  private final int framesPerLatent;
  private ClipSize size;

  /** Latents of what is given, [channels, frames, height, width], in host memory, or null. */
  private Tensor encodedFirst;

  private Tensor encodedLast;

  /** The same on the device, while the steps are taken. */
  private Tensor latentFirst;

  private Tensor latentLast;

  private PatchGrid tokens;

  /**
   * Takes what the clip begins with, what it ends with, or both.
   *
   * @param first a picture, or a clip of whole latent frames; null for none
   * @param last null for none
   * @param patch latents of one token
   * @param framesPerLatent frames of each latent frame but the first, which is one frame
   */
  CleanFrames(VideoFrames first, Input.Image last, PatchSize patch, int framesPerLatent) {
    this.first = first;
    this.last = last;
    this.patch = patch;
    this.framesPerLatent = framesPerLatent;
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
    if (first != null && first.frames() > 1 && size.frames() <= first.frames()) {
      throw new PipelineException(
          "%d frames, of which %d are given: use more frames"
              .formatted(size.frames(), first.frames()));
    }
    if (last != null && size.frames() == 1) {
      throw new PipelineException(
          "a clip of 1 frame cannot arrive at its last one: use %d frames or more"
              .formatted(1 + framesPerLatent));
    }
  }

  @Override
  public void describe(Map<String, Object> settings) {
    if (first != null && first.frames() == 1) {
      settings.put("image", "given");
    } else if (first != null) {
      settings.put("first_frames", first.frames());
    }
    if (last != null) {
      settings.put("last_image", "given");
    }
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    if (first != null) {
      VideoFrames resized = ClipSource.resized(ops, first, size);
      encodedFirst = ops.download(codec.encode(ops, ClipSource.of(ops, resized), tiling));
    }
    if (last != null) {
      Tensor latents = codec.encode(ops, still(ops, last, 1 + framesPerLatent), tiling);
      encodedLast = ops.download(latents.narrow(1, 1, 1));
    }
  }

  /** A clip of so many frames that are all the picture. */
  private ClipSource still(Ops ops, Input.Image image, int frames) {
    float[] values = ClipSource.resized(image, size);
    return new ClipSource(ops, size.width(), size.height(), frames, _ -> values);
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    latentFirst = first == null ? null : ops.upload(encodedFirst);
    latentLast = last == null ? null : ops.upload(encodedLast);
    tokens = patch.grid(noise.shape());
    return Conditioning.super.start(ops, noise, scheduler, timestep);
  }

  @Override
  public Tensor input(Ops ops, Tensor latents) {
    return withPictures(ops, ops.copy(latents));
  }

  @Override
  public float[] timesteps(float timestep) {
    float[] timesteps = new float[tokens.tokens()];
    int ofFrame = tokens.height() * tokens.width();
    Arrays.fill(
        timesteps,
        first == null ? 0 : Math.toIntExact(encodedFirst.size(1)) * ofFrame,
        timesteps.length - (last == null ? 0 : ofFrame),
        timestep);
    return timesteps;
  }

  @Override
  public Tensor finish(Ops ops, Tensor latents) {
    return withPictures(ops, latents);
  }

  private Tensor withPictures(Ops ops, Tensor latents) {
    if (first != null) {
      ops.copyInto(latents.narrow(1, 0, latentFirst.size(1)), latentFirst);
    }
    if (last != null) {
      ops.copyInto(latents.narrow(1, latents.size(1) - 1, 1), latentLast);
    }
    return latents;
  }
}
