package io.zoetrope.vae.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.Consumer;

/**
 * The autoencoder of Wan between pixels and the transformer's latents, which are channels-first and
 * normalised.
 *
 * <p>A {@link Tracer} sees, channels-first, {@code vae_encode/mean} and {@code logvar} before they
 * are normalised, and {@code vae_decode/latents_in} afterwards, beside what {@link WanVae} shows.
 *
 * @param dtype F32 or BF16: what the autoencoder computes in
 */
public record WanVideoCodec(WanVae vae, DType dtype) implements VideoCodec {
  private static final int[] CHANNELS_FIRST = {3, 0, 1, 2};
  private static final int[] CHANNELS_LAST = {1, 2, 3, 0};

  @Override
  public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
    Moments moments = vae.encode(ops, video.in(ops, dtype), tiling);
    ops.tap("vae_encode/mean", moments.mean().permute(CHANNELS_FIRST));
    ops.tap("vae_encode/logvar", moments.logvar().permute(CHANNELS_FIRST));
    Tensor latents = vae.normalize(ops, sampling.latents(ops, moments));
    return ops.copy(latents.permute(CHANNELS_FIRST));
  }

  @Override
  public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
    Tensor channelsLast = ops.copy(latents.permute(CHANNELS_LAST));
    Tensor z = ops.cast(vae.denormalize(ops, channelsLast), dtype);
    ops.tap("vae_decode/latents_in", z.permute(CHANNELS_FIRST));
    vae.decode(ops, z, tiling, frames);
  }
}
