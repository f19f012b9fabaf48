package io.zoetrope.vae.kl;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.Consumer;

/**
 * A picture autoencoder between the frames of a clip and the transformer's latents, which are
 * channels-first and scaled. Frames are independent of each other and pass one after the other, so
 * that memory does not depend on their number.
 *
 * <p>A {@link io.zoetrope.ops.Tracer} sees of each frame, channels-first, {@code vae_encode/mean}
 * and {@code logvar} before they are scaled, and {@code vae_decode/latents_in} afterwards;
 * channels-last {@code vae_decode/before_clamp}; beside what {@link AutoencoderKL} shows.
 *
 * @param dtype F32 or BF16: what the autoencoder computes in
 */
public record KLVideoCodec(AutoencoderKL vae, DType dtype) implements VideoCodec {
  private static final int[] CHANNELS_FIRST = {2, 0, 1};

  @Override
  public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
    Tensor latents = ops.allocate(DType.F32, latents(ops, video));
    for (long frame = 0; frame < video.frames(); frame++) {
      try (var _ = ops.scope("vae_encode")) {
        Tensor picture = ops.cast(video.read(frame, 1), dtype);
        Moments moments = vae.encode(ops, picture, tiling);
        ops.tap("mean", moments.mean().select(0, 0).permute(CHANNELS_FIRST));
        ops.tap("logvar", moments.logvar().select(0, 0).permute(CHANNELS_FIRST));
        Tensor chosen = sampling.latents(ops, moments).select(0, 0).permute(CHANNELS_FIRST);
        ops.copyInto(latents.select(1, frame), chosen);
      }
    }
    ops.linearCombinationInto(latents, new double[] {vae.config().scalingFactor()}, latents);
    return latents;
  }

  private Shape latents(Ops ops, VideoSource video) {
    int scale = vae.config().scaleFactor();
    try (var _ = ops.scope("vae_encode")) {
      Shape frame = video.read(0, 1).shape();
      return Shape.of(
          vae.config().latentChannels(),
          video.frames(),
          frame.size(1) / scale,
          frame.size(2) / scale);
    }
  }

  @Override
  public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
    for (long frame = 0; frame < latents.size(1); frame++) {
      try (var _ = ops.scope("vae_decode")) {
        Tensor z = ops.copy(latents.select(1, frame).permute(1, 2, 0));
        ops.linearCombinationInto(z, new double[] {1 / vae.config().scalingFactor()}, z);
        ops.tap("latents_in", z.permute(CHANNELS_FIRST));
        Tensor picture = ops.cast(z, dtype).reshape(1, z.size(0), z.size(1), z.size(2));
        Tensor decoded = ops.tap("before_clamp", vae.decode(ops, picture, tiling));
        ops.clampInPlace(decoded, -1, 1);
        frames.accept(decoded);
      }
    }
  }
}
