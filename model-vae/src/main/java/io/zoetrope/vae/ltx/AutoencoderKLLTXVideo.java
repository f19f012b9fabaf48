package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.ClipTiles;
import io.zoetrope.vae.layer.LayerStream;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Patchify;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Weights;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The video autoencoder of LTX-Video 0.9.0 to 0.9.8 ({@code AutoencoderKLLTXVideo} in diffusers).
 *
 * <p>Videos and latents are channels-last without a batch dimension; videos have values from about
 * -1 to 1. It computes in the dtype of its input. Clips pass through in chunks, so that memory does
 * not depend on their length: the published decoders look ahead, and each of their layers waits for
 * the frames that it has to see.
 *
 * <p>A {@link Tracer} sees, for each chunk and tile, below {@code vae_decode}: {@code conv_in},
 * {@code mid_block}, {@code up_block0} and so on, {@code conv_out/norm_out}; below {@code
 * vae_encode}: {@code video_in} (whole pictures), {@code conv_in}, {@code down_block0} and so on,
 * {@code mid_block}, {@code conv_out/norm_out} and {@code encoder} (the moments). Joined along
 * time, the parts are the whole clip's.
 */
public final class AutoencoderKLLTXVideo {
  private static final String ENCODE = "vae_encode";
  private static final String DECODE = "vae_decode";

  private final AutoencoderKLLTXVideoConfig config;
  private final LTXVideoEncoder3d encoder;
  private final LTXVideoDecoder3d decoder;
  private final Tensor latentsMean;
  private final Tensor latentsStd;

  /**
   * Demands all weights.
   *
   * @param weights root of {@code vae/diffusion_pytorch_model.safetensors}
   * @throws io.zoetrope.weights.WeightsException if one is missing, has another shape, or if there
   *     are more of them
   */
  public AutoencoderKLLTXVideo(AutoencoderKLLTXVideoConfig config, Weights weights) {
    this.config = config;
    this.encoder = LTXVideoEncoder3d.load(config, weights.at("encoder"));
    this.decoder = LTXVideoDecoder3d.load(config, weights.at("decoder"));
    this.latentsMean = weights.get("latents_mean", config.latentChannels());
    this.latentsStd = weights.get("latents_std", config.latentChannels());
    weights.requireAllUsed();
  }

  public AutoencoderKLLTXVideoConfig config() {
    return config;
  }

  // ---------------------------------------------------------------- latents

  /**
   * Latents as the encoder gives them to latents as the transformer takes them.
   *
   * @param latents [latent frames, height, width, latent channels]
   */
  public Tensor normalize(Ops ops, Tensor latents) {
    float[] negativeMean = values(ops, latentsMean);
    float[] factor = values(ops, latentsStd);
    for (int i = 0; i < factor.length; i++) {
      negativeMean[i] = -negativeMean[i];
      factor[i] = (float) (config.scalingFactor() / factor[i]);
    }
    Tensor out = ops.add(latents, channelVector(ops, negativeMean));
    return ops.multiply(out, channelVector(ops, factor));
  }

  /** The inverse of {@link #normalize}: latents as {@link #decode} takes them. */
  public Tensor denormalize(Ops ops, Tensor latents) {
    float[] factor = values(ops, latentsStd);
    for (int i = 0; i < factor.length; i++) {
      factor[i] = (float) (factor[i] / config.scalingFactor());
    }
    Tensor out = ops.multiply(latents, channelVector(ops, factor));
    ops.addInPlace(out, channelVector(ops, values(ops, latentsMean)));
    return out;
  }

  /** A weight in host memory. */
  private static float[] values(Ops ops, Tensor weight) {
    try (var _ = ops.scope("latents")) {
      return ops.download(ops.copy(weight)).toFloats();
    }
  }

  private static Tensor channelVector(Ops ops, float[] values) {
    return ops.upload(Tensor.of(values, values.length));
  }

  // ---------------------------------------------------------------- decode

  /**
   * Decodes latents and hands the video over in chunks of a few frames. With tiling the first chunk
   * comes when the last tile is done, and the tiles' frames are held until then.
   *
   * @param latents [latent frames, height, width, latent channels], denormalized, contiguous
   * @param timestep share of noise that the latents have, from 0 to 1; ignored by decoders that are
   *     not told it
   * @param noise draws what layers add, [height, width] each, in their order, for each tile; never
   *     asked where they add none
   * @param tiling for pictures larger than a tile; null for none
   * @param video takes [frames, height, width, channels], not clamped, valid during the call
   */
  public void decode(
      Ops ops,
      Tensor latents,
      double timestep,
      NoiseSource noise,
      Tiling tiling,
      Consumer<Tensor> video) {
    long channels = config.latentChannels();
    if (latents.shape().rank() != 4 || latents.size(0) < 1 || latents.size(3) != channels) {
      throw new IllegalArgumentException(
          "decode: latents %s are not [frames, height, width, %d]".formatted(latents, channels));
    }
    tiles(tiling)
        .decode(
            ops,
            latents,
            config.frames(latents.size(0)),
            config.outChannels(),
            (part, chunks) -> decodeClip(ops, part, (float) timestep, noise, chunks),
            video);
  }

  /** Tiles are cut out of pixels: what patches hold is no picture of its own. */
  private ClipTiles tiles(Tiling tiling) {
    return new ClipTiles(tiling, 1, config.scaleFactorSpatial());
  }

  private void decodeClip(
      Ops ops, Tensor latents, float timestep, NoiseSource noise, Consumer<Tensor> video) {
    long frames = latents.size(0);
    int atOnce = config.scaleFactorTemporal();
    try (Buffers held = ops.buffers("clip");
        LayerStream stream = decoder(ops, held, latents, timestep, noise, video)) {
      for (long start = 0; start < frames; start += atOnce) {
        long count = Math.min(atOnce, frames - start);
        try (var _ = ops.scope(DECODE)) {
          stream.push(ops.copy(latents.narrow(0, start, count)), start + count == frames);
        }
      }
    }
  }

  private LayerStream decoder(
      Ops ops,
      Buffers held,
      Tensor latents,
      float timestep,
      NoiseSource noise,
      Consumer<Tensor> video) {
    Clip clip = new Clip(ops, held, latents.dtype(), noise);
    try (var _ = ops.scope(DECODE)) {
      Tensor told = ops.upload(Tensor.of(new float[] {timestep}, 1));
      return new LayerStream(
          ops,
          decoder.stages(clip, told, latents.size(1), latents.size(2)),
          patches -> video.accept(Patchify.unpatchify(ops, patches, config.patchSize())));
    }
  }

  // ---------------------------------------------------------------- encode

  /**
   * Encodes a clip frame by frame.
   *
   * @param tiling for pictures larger than a tile, which reads the video once per tile; null for
   *     none
   * @return the moments, in the current scope, not normalized
   * @throws IllegalArgumentException if the number of frames, height or width does not come out
   *     even
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
    DType dtype;
    try (var _ = ops.scope(ENCODE)) {
      dtype = video.read(0, 1).dtype();
    }
    try (Buffers held = ops.buffers("clip");
        LayerStream stream =
            new LayerStream(
                ops,
                encoder.stages(new Clip(ops, held, dtype, NoiseSource.none())),
                encoded -> moments.accept(ops.tap("encoder", withVariances(ops, encoded))))) {
      for (long frame = 0; frame < video.frames(); frame++) {
        try (var _ = ops.scope(ENCODE)) {
          Tensor picture = ops.tap("video_in", video.read(frame, 1));
          Tensor part = ops.copy(region.apply(picture));
          Tensor patches = Patchify.patchify(ops, part, config.patchSize());
          stream.push(patches, frame == video.frames() - 1);
        }
      }
    }
  }

  /** All channels have the same variance: [..., channels + 1] to [..., 2 * channels]. */
  private Tensor withVariances(Ops ops, Tensor encoded) {
    long channels = config.latentChannels();
    Tensor moments = ops.allocate(encoded.dtype(), encoded.shape().withLast(2 * channels));
    ops.copyInto(moments.narrow(3, 0, channels + 1), encoded);
    for (long filled = 1; filled < channels; filled *= 2) {
      long count = Math.min(filled, channels - filled);
      ops.copyInto(moments.narrow(3, channels + filled, count), moments.narrow(3, channels, count));
    }
    return moments;
  }
}
