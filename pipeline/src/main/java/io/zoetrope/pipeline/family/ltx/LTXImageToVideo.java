package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.ClipSource;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Image to video by {@code LTXImageToVideoPipeline}: the first latent frame is that of a picture,
 * at timestep 0, and no step changes it.
 */
final class LTXImageToVideo extends LTXTextToVideo {
  private final Input.Image image;

  /** What the picture's latents are sampled with, in host memory. */
  private Tensor draw;

  /** Latents of the picture, [channels, 1, height, width], in host memory. */
  private Tensor encoded;

  /** The same on the device, while the steps are taken. */
  private Tensor first;

  LTXImageToVideo(VideoGeometry geometry, Input.Image image) {
    super(geometry);
    this.image = image;
  }

  @Override
  public void describe(Map<String, Object> settings) {
    super.describe(settings);
    settings.put("image", "given");
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public Tensor draw(NoiseSource source, Supplier<Tensor> initial) {
    PatchGrid grid = tokens();
    draw = source.normal(geometry().channels(), 1, grid.height(), grid.width());
    return initial.get();
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    ClipSource picture = ClipSource.of(ops, ClipSource.resized(ops, image.picture(), size()));
    encoded = ops.download(codec.encode(ops, picture, tiling, LatentSampling.of(_ -> draw)));
    ops.countHeld(encoded.byteSize());
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    first = ops.upload(encoded);
    Tensor latents = super.start(ops, noise, scheduler, timestep);
    after(ops, latents);
    return latents;
  }

  @Override
  public float[] timesteps(float timestep) {
    PatchGrid grid = tokens();
    float[] timesteps = new float[grid.tokens()];
    Arrays.fill(timesteps, grid.height() * grid.width(), timesteps.length, timestep);
    return timesteps;
  }

  @Override
  public void after(Ops ops, Tensor latents) {
    ops.copyInto(latents.narrow(1, 0, 1), first);
  }
}
