package io.zoetrope.vae.wan;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.ClipTiles;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Patchify;
import io.zoetrope.vae.layer.Pointwise;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The video autoencoder of Wan 2.1 and 2.2 ({@code AutoencoderKLWan} in diffusers).
 *
 * <p>Videos and latents are channels-last without a batch dimension; videos have values from -1 to
 * 1. It computes in the dtype of its input. Clips pass through in chunks, so that memory does not
 * depend on their length.
 *
 * <p>A {@link Tracer} sees, for each chunk and tile, below {@code vae_decode}: {@code
 * post_quant_conv}, {@code conv_in}, {@code mid_block}, {@code up_block0}, {@code up_block1} and so
 * on, {@code before_clamp} (before unpatchifying too); below {@code vae_encode}: {@code video_in}
 * (whole pictures), {@code down_block0} and so on, {@code mid_block}, {@code
 * moments_before_quant_conv}. Where layers take frames one at a time the name follows a further
 * {@code frame}. Joined along time, the parts are the whole clip's.
 */
public final class WanVae {
  private final WanVaeConfig config;
  private final WanVaeEncoder encoder;
  private final Linear quantConv;
  private final Linear postQuantConv;
  private final WanVaeDecoder decoder;

  /**
   * Demands all weights.
   *
   * @param weights root of {@code vae/diffusion_pytorch_model.safetensors}
   * @throws io.zoetrope.weights.WeightsException if one is missing, has another shape, or if there
   *     are more of them
   */
  public WanVae(WanVaeConfig config, Weights weights) {
    this.config = config;
    this.encoder = WanVaeEncoder.load(config, weights.at("encoder"));
    this.quantConv =
        Pointwise.load3d(weights.at("quant_conv"), 2L * config.zDim(), 2L * config.zDim());
    this.postQuantConv =
        Pointwise.load3d(weights.at("post_quant_conv"), config.zDim(), config.zDim());
    this.decoder = WanVaeDecoder.load(config, weights.at("decoder"));
    weights.requireAllUsed();
  }

  public WanVaeConfig config() {
    return config;
  }

  // ---------------------------------------------------------------- latents

  /** Latents as the encoder gives them to latents as the transformer takes them. */
  public Tensor normalize(Ops ops, Tensor latents) {
    float[] negativeMean = new float[config.zDim()];
    float[] reciprocalStd = new float[config.zDim()];
    for (int i = 0; i < config.zDim(); i++) {
      negativeMean[i] = -config.latentsMean().get(i);
      reciprocalStd[i] = 1 / config.latentsStd().get(i);
    }
    Tensor out = ops.add(latents, channelVector(ops, negativeMean));
    return ops.multiply(out, channelVector(ops, reciprocalStd));
  }

  /** The inverse of {@link #normalize}: latents as {@link #decode} takes them. */
  public Tensor denormalize(Ops ops, Tensor latents) {
    Tensor out = ops.multiply(latents, channelVector(ops, floats(config.latentsStd())));
    ops.addInPlace(out, channelVector(ops, floats(config.latentsMean())));
    return out;
  }

  private static float[] floats(List<Float> values) {
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i);
    }
    return floats;
  }

  private static Tensor channelVector(Ops ops, float[] values) {
    return ops.upload(Tensor.of(values, values.length));
  }

  // ---------------------------------------------------------------- decode

  /**
   * Decodes latents and hands the video over in chunks: 1 frame, then as many at a time as there
   * are per latent frame. With tiling the first chunk comes when the last tile is done, and the
   * tiles' frames are held until then.
   *
   * @param latents [latent frames, height, width, latent channels], denormalized, contiguous
   * @param tiling for pictures larger than a tile; null for none
   * @param video takes [frames, height, width, channels], clamped to -1 to 1, valid during the call
   */
  public void decode(Ops ops, Tensor latents, Tiling tiling, Consumer<Tensor> video) {
    if (latents.shape().rank() != 4 || latents.size(0) < 1 || latents.size(3) != config.zDim()) {
      throw new IllegalArgumentException(
          "decode: latents %s are not [frames, height, width, %d]"
              .formatted(latents, config.zDim()));
    }
    tiles(tiling)
        .decode(
            ops,
            latents,
            config.frames(latents.size(0)),
            config.outChannels(),
            (part, chunks) -> decodeClip(ops, part, chunks),
            frames -> finish(ops, frames, video));
  }

  private ClipTiles tiles(Tiling tiling) {
    return new ClipTiles(tiling, config.patchSize(), config.scaleFactorSpatial());
  }

  private void decodeClip(Ops ops, Tensor latents, Consumer<Tensor> chunks) {
    try (FrameCache cache = new FrameCache(ops)) {
      for (long i = 0; i < latents.size(0); i++) {
        try (var _ = ops.scope("vae_decode")) {
          Tensor z = postQuantConv.forward(ops, ops.copy(latents.narrow(0, i, 1)));
          Tensor frames = decoder.forward(ops, ops.tap("post_quant_conv", z), cache);
          chunks.accept(ops.tap("before_clamp", frames));
        }
      }
    }
  }

  private void finish(Ops ops, Tensor frames, Consumer<Tensor> video) {
    Tensor pixels = Patchify.unpatchify(ops, frames, config.patchSize());
    ops.clampInPlace(pixels, -1, 1);
    video.accept(pixels);
  }

  // ---------------------------------------------------------------- encode

  /** As {@link #encode(Ops, VideoSource, Tiling)}, of a video that is held whole. */
  public Moments encode(Ops ops, Tensor video, Tiling tiling) {
    return encode(ops, VideoSource.of(video), tiling);
  }

  /**
   * Encodes a clip: its first frame, then as many frames at a time as there are per latent frame.
   *
   * @param tiling for pictures larger than a tile, which reads the video once per tile; null for
   *     none
   * @return the moments, in the current scope, not normalized
   * @throws IllegalArgumentException if the number of frames, height or width does not come out
   *     even
   */
  public Moments encode(Ops ops, VideoSource video, Tiling tiling) {
    long latentFrames = config.latentFrames(video.frames());
    return tiles(tiling)
        .encode(
            ops,
            video,
            latentFrames,
            config.zDim(),
            (region, chunks) -> encodeClip(ops, video, latentFrames, region, chunks));
  }

  private void encodeClip(
      Ops ops,
      VideoSource video,
      long latentFrames,
      UnaryOperator<Tensor> region,
      Consumer<Tensor> moments) {
    try (FrameCache cache = new FrameCache(ops)) {
      long start = 0;
      for (long i = 0; i < latentFrames; i++) {
        try (var _ = ops.scope("vae_encode")) {
          long count = start == 0 ? 1 : config.scaleFactorTemporal();
          Tensor frames = ops.tap("video_in", video.read(start, count));
          Tensor patches = Patchify.patchify(ops, frames, config.patchSize());
          Tensor encoded = encoder.forward(ops, ops.copy(region.apply(patches)), cache);
          ops.tap("moments_before_quant_conv", encoded);
          moments.accept(quantConv.forward(ops, encoded));
          start += count;
        }
      }
    }
  }
}
