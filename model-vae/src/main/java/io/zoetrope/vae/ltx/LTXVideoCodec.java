package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.DecodeConditions;
import io.zoetrope.vae.VideoCodec;
import io.zoetrope.vae.layer.LatentSampling;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import java.util.function.Consumer;

/**
 * The autoencoder of LTX-Video between pixels and the transformer's latents, which are
 * channels-first and normalised.
 *
 * <p>A {@link Tracer} sees, channels-first, {@code vae_encode/mean} and {@code logvar} before they
 * are normalised, and {@code vae_decode/latents_in} as the decoder takes them, with its timestep
 * {@code temb_in}; channels-last {@code vae_decode/before_clamp}; beside what {@link
 * AutoencoderKLLTXVideo} shows.
 *
 * @param dtype F32 or BF16: what the autoencoder computes in
 * @param conditions for decoders that are told how much noise their latents have
 */
public record LTXVideoCodec(AutoencoderKLLTXVideo vae, DType dtype, DecodeConditions conditions)
    implements VideoCodec {
  /** The sizes that diffusers starts from. */
  private static final Tiling TILES = new Tiling(512, 512, 448, 448);

  private static final int[] CHANNELS_FIRST = {3, 0, 1, 2};
  private static final int[] CHANNELS_LAST = {1, 2, 3, 0};

  /** A codec for latents without noise, whose layers add none. */
  public LTXVideoCodec(AutoencoderKLLTXVideo vae, DType dtype) {
    this(vae, dtype, new DecodeConditions(0, 0, sizes -> Tensor.zeros(DType.F32, sizes)));
  }

  @Override
  public LTXVideoCodec with(DecodeConditions other) {
    return new LTXVideoCodec(vae, dtype, other);
  }

  @Override
  public Tiling tiling() {
    return TILES;
  }

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
    Tensor z = vae.denormalize(ops, ops.copy(latents.permute(CHANNELS_LAST)));
    if (vae.config().timestepConditioning()) {
      mixNoise(ops, z);
      ops.tap("vae_decode/temb_in", Tensor.of(new float[] {(float) conditions.timestep()}, 1));
    }
    ops.tap("vae_decode/latents_in", z.permute(CHANNELS_FIRST));
    vae.decode(
        ops,
        ops.cast(z, dtype),
        conditions.timestep(),
        conditions.noise(),
        tiling,
        chunk -> {
          ops.tap("before_clamp", chunk);
          ops.clampInPlace(chunk, -1, 1);
          frames.accept(chunk);
        });
  }

  /** Into latents that are channels-last. */
  private void mixNoise(Ops ops, Tensor latents) {
    try (var _ = ops.scope("vae_decode")) {
      Shape shape = latents.permute(CHANNELS_FIRST).shape();
      Tensor noise = ops.upload(conditions.noise().normal(shape.sizes()));
      double scale = conditions.noiseScale();
      ops.linearCombinationInto(
          latents,
          new double[] {1 - scale, scale},
          latents,
          ops.copy(noise.permute(CHANNELS_LAST)));
    }
  }
}
