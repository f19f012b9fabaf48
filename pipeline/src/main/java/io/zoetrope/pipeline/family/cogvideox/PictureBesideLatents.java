package io.zoetrope.pipeline.family.cogvideox;

import io.zoetrope.dit.scheduler.Scheduler;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.family.VideoGeometry;
import io.zoetrope.pipeline.task.ClipSource;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Tiling;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Image to video: beside the latents the transformer reads those of a picture, in the first frame,
 * and zeros in the others. As in diffusers the first frame is one of those that {@link
 * WholePatches} adds, where it adds some.
 */
final class PictureBesideLatents extends WholePatches {
  private final Input.Image image;
  private ClipSize size;

  /** Of the distribution that the encoder gives of the picture, in host memory. */
  private Tensor drawn;

  /** [channels, 1, height, width], in host memory. */
  private Tensor encoded;

  /** What the transformer reads, [latents and picture, ...], on the device. */
  private Tensor input;

  PictureBesideLatents(VideoGeometry geometry, SizeLimits limits, Input.Image image) {
    super(geometry, limits);
    this.image = image;
  }

  @Override
  public void check(GenerationRequest request) {
    super.check(request);
    size = request.size();
  }

  @Override
  public boolean draws() {
    return true;
  }

  @Override
  public void describe(Map<String, Object> settings) {
    settings.put("image", "given");
  }

  @Override
  public Tensor draw(NoiseSource source, Supplier<Tensor> initial) {
    drawn = source.normal(clip().size(0), 1, clip().size(2), clip().size(3));
    return initial.get();
  }

  @Override
  public boolean encodes() {
    return true;
  }

  @Override
  public void encode(Ops ops, VideoCodec codec, Tiling tiling) {
    float[] values = ClipSource.resized(image, size);
    ClipSource picture = new ClipSource(ops, size.width(), size.height(), 1, _ -> values);
    encoded = ops.download(codec.encode(ops, picture, tiling, LatentSampling.of(_ -> drawn)));
  }

  @Override
  public Tensor start(Ops ops, Tensor noise, Scheduler scheduler, float timestep) {
    long[] sizes = noise.shape().sizes();
    long channels = sizes[0];
    sizes[0] = 2 * channels;
    input = ops.allocate(DType.F32, Shape.of(sizes));
    Tensor picture = input.narrow(0, channels, channels);
    ops.fill(picture, 0);
    ops.copyInto(picture.narrow(1, 0, 1), encoded);
    ops.tap("image_latents", picture);
    return super.start(ops, noise, scheduler, timestep);
  }

  @Override
  public Tensor input(Ops ops, Tensor latents) {
    ops.copyInto(input.narrow(0, 0, latents.size(0)), latents);
    return input;
  }
}
