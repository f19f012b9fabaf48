package io.zoetrope.pipeline.task;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.Tiling;
import java.util.Arrays;
import java.util.Map;

/**
 * Image to video with a timestep for every token: the first latent frame is the picture's, without
 * noise and at timestep 0, in every step; what the steps make of it is thrown away ({@code
 * WanImageToVideoPipeline} with {@code expand_timesteps}).
 */
final class FirstFrame implements Conditioning {
  private final Input.Image image;
  private final PatchSize patch;
  private ClipSize size;

  /** Latents of the picture, [channels, 1, height, width], in host memory. */
  private Tensor encoded;

  /** The same on the device, while the steps are taken. */
  private Tensor latentFrame;

  private PatchGrid tokens;

  FirstFrame(Input.Image image, PatchSize patch) {
    this.image = image;
    this.patch = patch;
  }

  @Override
  public void check(GenerationRequest request) {
    size = request.size();
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("image", "given");
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    VideoFrames picture = Resampling.LANCZOS.resize(image.picture(), size.width(), size.height());
    encoded = ops.download(codec.encode(ops, ClipSource.of(ops, picture), tiling));
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    latentFrame = ops.upload(encoded);
    tokens = patch.grid(noise.shape());
    return Conditioning.super.start(ops, noise, scheduler, timestep);
  }

  @Override
  public Tensor input(Ops ops, Tensor latents) {
    return withPicture(ops, ops.copy(latents));
  }

  @Override
  public float[] timesteps(float timestep) {
    float[] timesteps = new float[tokens.tokens()];
    Arrays.fill(timesteps, tokens.height() * tokens.width(), timesteps.length, timestep);
    return timesteps;
  }

  @Override
  public Tensor finish(Ops ops, Tensor latents) {
    return withPicture(ops, latents);
  }

  private Tensor withPicture(Ops ops, Tensor latents) {
    ops.copyInto(latents.narrow(1, 0, 1), latentFrame);
    return latents;
  }
}
