package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.Consumer;

/**
 * The autoencoder of CogVideoX between pixels and the transformer's latents, which are
 * channels-first and scaled.
 *
 * <p>A {@link io.zoetrope.ops.Tracer} sees, channels-first, {@code vae_encode/mean} and {@code
 * logvar} before they are scaled, and {@code vae_decode/latents_in} afterwards, beside what {@link
 * AutoencoderKLCogVideoX} shows.
 *
 * @param dtype F32 or BF16: what the autoencoder computes in
 * @param invertsScale whether encoded latents are divided by the scaling factor: those of a picture
 *     that a transformer reads, where it was trained so
 */
public record CogVideoXVideoCodec(AutoencoderKLCogVideoX vae, DType dtype, boolean invertsScale)
    implements VideoCodec {
  private static final int[] CHANNELS_FIRST = {3, 0, 1, 2};
  private static final int[] CHANNELS_LAST = {1, 2, 3, 0};

  // Shares of a tile that fade into its neighbours (tile_overlap_factor_height and _width).
  private static final double OVERLAP_HEIGHT = 1 / 6.0;
  private static final double OVERLAP_WIDTH = 1 / 5.0;

  @Override
  public Tensor encode(Ops ops, VideoSource video, Tiling tiling, LatentSampling sampling) {
    Moments moments = vae.encode(ops, video.in(ops, dtype), tiling);
    ops.tap("vae_encode/mean", moments.mean().permute(CHANNELS_FIRST));
    ops.tap("vae_encode/logvar", moments.logvar().permute(CHANNELS_FIRST));
    Tensor latents = ops.copy(sampling.latents(ops, moments).permute(CHANNELS_FIRST));
    double factor = vae.config().scalingFactor();
    double scale = invertsScale ? 1 / factor : factor;
    ops.linearCombinationInto(latents, new double[] {scale}, latents);
    return latents;
  }

  @Override
  public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> frames) {
    Tensor z = ops.copy(latents.permute(CHANNELS_LAST));
    ops.linearCombinationInto(z, new double[] {1 / vae.config().scalingFactor()}, z);
    ops.tap("vae_decode/latents_in", z.permute(CHANNELS_FIRST));
    vae.decode(
        ops,
        ops.cast(z, dtype),
        tiling,
        chunk -> {
          ops.clampInPlace(chunk, -1, 1);
          frames.accept(chunk);
        });
  }

  @Override
  public Tiling tiling() {
    return tiling(vae.config());
  }

  /** Tiles of half the height and width that the autoencoder was trained with. */
  static Tiling tiling(AutoencoderKLCogVideoXConfig config) {
    int scale = config.scaleFactorSpatial();
    int height = Math.max(1, config.sampleHeight() / 2 / scale);
    int width = Math.max(1, config.sampleWidth() / 2 / scale);
    return new Tiling(
        scale * height,
        scale * width,
        scale * Math.max(1, (int) (height * (1 - OVERLAP_HEIGHT))),
        scale * Math.max(1, (int) (width * (1 - OVERLAP_WIDTH))));
  }
}
