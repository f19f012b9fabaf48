package io.zoetrope.vae.cogvideox;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.ClipTiles;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Weights;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The video autoencoder of CogVideoX ({@code AutoencoderKLCogVideoX} in diffusers).
 *
 * <p>Videos and latents are channels-last without a batch dimension; videos have values from -1 to
 * 1. It computes in the dtype of its input. Clips pass through in batches of frames, as {@link
 * FrameBatches} says, so that memory does not depend on their length. Norms take a batch together:
 * the division is a part of the result.
 *
 * <p>A {@link io.zoetrope.ops.Tracer} sees, for each batch and tile, below {@code vae_decode}:
 * {@code conv_in}, {@code mid_block}, {@code up_block0} and so on, {@code before_clamp}; below
 * {@code vae_encode}: {@code video_in} (whole pictures), {@code down_block0} and so on, {@code
 * mid_block}. Joined along time, the parts are the whole clip's.
 */
public final class AutoencoderKLCogVideoX {
  private final AutoencoderKLCogVideoXConfig config;
  private final Encoder3D encoder;
  private final Decoder3D decoder;

  /**
   * Demands all weights.
   *
   * @param weights root of {@code vae/diffusion_pytorch_model.safetensors}
   * @throws io.zoetrope.weights.WeightsException if one is missing, has another shape, or if there
   *     are more of them
   */
  public AutoencoderKLCogVideoX(AutoencoderKLCogVideoXConfig config, Weights weights) {
    this.config = config;
    this.encoder = Encoder3D.load(config, weights.at("encoder"));
    this.decoder = Decoder3D.load(config, weights.at("decoder"));
    weights.requireAllUsed();
  }

  public AutoencoderKLCogVideoXConfig config() {
    return config;
  }

  /**
   * Decodes latents and hands the video over in chunks, one for each batch of two latent frames;
   * the first batch has the third one of an odd number. With tiling the first chunk comes when the
   * last tile is done, and the tiles' frames are held until then.
   *
   * @param latents [latent frames, height, width, latent channels], contiguous
   * @param tiling for pictures larger than a tile; null for none
   * @param video takes [frames, height, width, out channels], not limited to -1 to 1, valid during
   *     the call
   */
  public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> video) {
    if (latents.shape().rank() != 4
        || latents.size(0) < 1
        || latents.size(3) != config.latentChannels()) {
      throw new IllegalArgumentException(
          "decode: latents %s are not [frames, height, width, %d]"
              .formatted(latents, config.latentChannels()));
    }
    tiles(tiling)
        .decode(
            ops,
            latents,
            config.frames(latents.size(0)),
            config.outChannels(),
            (part, frames) -> decodeClip(ops, part, frames),
            video);
  }

  private void decodeClip(Ops ops, Tensor latents, Consumer<Tensor> frames) {
    try (FrameCache cache = new FrameCache(ops)) {
      long start = 0;
      for (long count : FrameBatches.OF_LATENT_FRAMES.sizes(latents.size(0))) {
        try (var _ = ops.scope("vae_decode")) {
          Tensor batch = ops.copy(latents.narrow(0, start, count));
          frames.accept(ops.tap("before_clamp", decoder.forward(ops, batch, cache)));
        }
        start += count;
      }
    }
  }

  /**
   * Encodes a clip in batches of eight frames; the first batch has those that are left over.
   *
   * @param tiling for pictures larger than a tile, which reads the video once per tile; null for
   *     none
   * @return the moments, in the current scope, not scaled
   * @throws IllegalArgumentException if height or width does not come out even
   */
  public Moments encode(Ops ops, VideoSource video, Tiling tiling) {
    return tiles(tiling)
        .encode(
            ops,
            video,
            config.latentFrames(video.frames()),
            config.latentChannels(),
            (region, moments) -> encodeClip(ops, video, region, moments));
  }

  private void encodeClip(
      Ops ops, VideoSource video, UnaryOperator<Tensor> region, Consumer<Tensor> moments) {
    try (FrameCache cache = new FrameCache(ops)) {
      long start = 0;
      for (long count : FrameBatches.OF_FRAMES.sizes(video.frames())) {
        try (var _ = ops.scope("vae_encode")) {
          Tensor frames = ops.tap("video_in", video.read(start, count));
          moments.accept(encoder.forward(ops, ops.copy(region.apply(frames)), cache));
        }
        start += count;
      }
    }
  }

  private ClipTiles tiles(Tiling tiling) {
    return new ClipTiles(tiling, 1, config.scaleFactorSpatial());
  }
}
