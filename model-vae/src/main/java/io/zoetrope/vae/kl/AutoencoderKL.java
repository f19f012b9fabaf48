package io.zoetrope.vae.kl;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.vae.layer.TileMosaic;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.weights.Weights;

/**
 * The picture autoencoder of latent diffusion ({@code AutoencoderKL} in diffusers). Pictures and
 * latents are channels-last, [1, height, width, channels], pictures with values from -1 to 1. It
 * computes in the dtype of its input.
 *
 * <p>A {@link io.zoetrope.ops.Tracer} sees, of each picture or tile, {@code post_quant_conv},
 * {@code conv_in}, {@code mid_block}, {@code up_block0} and so on, and {@code down_block0} and so
 * on where it encodes.
 */
public final class AutoencoderKL {
  private final AutoencoderKLConfig config;
  private final KLEncoder encoder;
  private final KLDecoder decoder;

  /** Null in autoencoders without, as {@code postQuantConv}. */
  private final Linear quantConv;

  private final Linear postQuantConv;

  /**
   * Demands all weights.
   *
   * @param weights root of {@code vae/diffusion_pytorch_model.safetensors}
   * @throws io.zoetrope.weights.WeightsException if one is missing, has another shape, or if there
   *     are more of them
   */
  public AutoencoderKL(AutoencoderKLConfig config, Weights weights) {
    long channels = config.latentChannels();
    this.config = config;
    this.encoder = KLEncoder.load(config, weights.at("encoder"));
    this.decoder = KLDecoder.load(config, weights.at("decoder"));
    this.quantConv =
        config.useQuantConv()
            ? Pointwise.load2d(weights.at("quant_conv"), 2 * channels, 2 * channels)
            : null;
    this.postQuantConv =
        config.usePostQuantConv()
            ? Pointwise.load2d(weights.at("post_quant_conv"), channels, channels)
            : null;
    weights.requireAllUsed();
  }

  public AutoencoderKLConfig config() {
    return config;
  }

  /**
   * Decodes a picture.
   *
   * @param latents [1, height, width, latent channels], contiguous
   * @param tiling for pictures larger than a tile; null for none
   * @return [1, height, width, out channels], in the current scope, not limited to -1 to 1
   */
  public Tensor decode(Ops ops, Tensor latents, Tiling tiling) {
    if (latents.shape().rank() != 4
        || latents.size(0) != 1
        || latents.size(3) != config.latentChannels()) {
      throw new IllegalArgumentException(
          "decode: latents %s are not [1, height, width, %d]"
              .formatted(latents, config.latentChannels()));
    }
    long height = latents.size(1);
    long width = latents.size(2);
    int scale = config.scaleFactor();
    if (tiling == null || !tiling.dividedBy(scale).splits(height, width)) {
      return decode(ops, latents);
    }
    try (TileMosaic mosaic = new TileMosaic(ops, tiling)) {
      tiling
          .dividedBy(scale)
          .forEachTile(
              height,
              width,
              (top, left, rows, columns) -> {
                Tensor tile =
                    mosaic.allocate(
                        latents.dtype(), 1, rows * scale, columns * scale, config.outChannels());
                try (var _ = ops.scope("tile")) {
                  Tensor part = latents.narrow(1, top, rows).narrow(2, left, columns);
                  ops.copyInto(tile, decode(ops, ops.copy(part)));
                }
                mosaic.add(tile, left == 0);
              });
      return mosaic.frames(0, 1);
    }
  }

  private Tensor decode(Ops ops, Tensor latents) {
    Tensor z = postQuantConv == null ? latents : postQuantConv.forward(ops, latents);
    return decoder.forward(ops, ops.tap("post_quant_conv", z));
  }

  /**
   * Encodes a picture.
   *
   * @param picture [1, height, width, in channels], contiguous
   * @param tiling for pictures larger than a tile; null for none
   * @return the moments, in the current scope, not scaled
   * @throws IllegalArgumentException if height or width does not come out even
   */
  public Moments encode(Ops ops, Tensor picture, Tiling tiling) {
    int scale = config.scaleFactor();
    if (picture.shape().rank() != 4
        || picture.size(1) % scale != 0
        || picture.size(2) % scale != 0) {
      throw new IllegalArgumentException(
          "encode: height and width of %s are no multiples of %d".formatted(picture, scale));
    }
    long channels = config.latentChannels();
    Tensor moments = moments(ops, picture, tiling);
    Tensor logvar = ops.copy(moments.narrow(3, channels, channels));
    ops.clampInPlace(logvar, -30, 20);
    return new Moments(ops.copy(moments.narrow(3, 0, channels)), logvar);
  }

  private Tensor moments(Ops ops, Tensor picture, Tiling tiling) {
    long height = picture.size(1);
    long width = picture.size(2);
    int scale = config.scaleFactor();
    if (tiling == null || !tiling.splits(height, width)) {
      return moments(ops, picture);
    }
    try (TileMosaic mosaic = new TileMosaic(ops, tiling.dividedBy(scale))) {
      tiling.forEachTile(
          height,
          width,
          (top, left, rows, columns) -> {
            Tensor tile =
                mosaic.allocate(
                    picture.dtype(),
                    1,
                    rows / scale,
                    columns / scale,
                    2L * config.latentChannels());
            try (var _ = ops.scope("tile")) {
              Tensor part = picture.narrow(1, top, rows).narrow(2, left, columns);
              ops.copyInto(tile, moments(ops, ops.copy(part)));
            }
            mosaic.add(tile, left == 0);
          });
      return mosaic.frames(0, 1);
    }
  }

  private Tensor moments(Ops ops, Tensor picture) {
    Tensor encoded = encoder.forward(ops, picture);
    return quantConv == null ? encoded : quantConv.forward(ops, encoded);
  }
}
