package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Scope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.LatentUpscaler;
import io.zoetrope.vae.VideoCodec;

/**
 * Makes the latents of a clip larger and brings them close to what they were ({@code
 * LTXLatentUpsamplePipeline} in diffusers).
 *
 * @param model what enlarges
 * @param dtype F32 or BF16: what it computes in
 * @param adainFactor how far mean and deviation of each channel become those of the given latents,
 *     0 for not at all ({@code adain_factor})
 * @param toneMapCompressionRatio how far large values are made smaller, from 0 to 1 ({@code
 *     tone_map_compression_ratio})
 */
public record LatentUpsampler(
    LTXLatentUpsamplerModel model, DType dtype, double adainFactor, double toneMapCompressionRatio)
    implements LatentUpscaler {
  private static final int[] CHANNELS_FIRST = {3, 0, 1, 2};
  private static final int[] CHANNELS_LAST = {1, 2, 3, 0};

  @Override
  public Shape enlarged(Shape latents) {
    int size = model.config().spatialUpsample() ? 2 : 1;
    long frames = latents.size(1);
    return Shape.of(
        latents.size(0),
        model.config().temporalUpsample() ? 2 * frames - 1 : frames,
        size * latents.size(2),
        size * latents.size(3));
  }

  /**
   * Is for latents of LTX-Video.
   *
   * @throws IllegalArgumentException if the codec is another one, or the latents have other
   *     channels
   */
  @Override
  public Tensor upscale(Ops ops, VideoCodec codec, Tensor latents) {
    if (!(codec instanceof LTXVideoCodec ltx)) {
      throw new IllegalArgumentException(
          "upsampler: it is for latents of LTX-Video, not of " + codec);
    }
    try (Scope scope = ops.scope("upscale")) {
      Tensor given = ltx.vae().denormalize(ops, ops.copy(latents.permute(CHANNELS_LAST)));
      Tensor enlarged = ltx.vae().normalize(ops, forward(ops, given));
      return scope.keep(ops.copy(enlarged.permute(CHANNELS_FIRST)));
    }
  }

  /**
   * Enlarges latents.
   *
   * <p>A {@link io.zoetrope.ops.Tracer} sees, channels-first, {@code ref_denormalized}, {@code
   * after_adain} and {@code after_tone_map}, beside what {@link LTXLatentUpsamplerModel} shows.
   *
   * @param latents [latent frames, height, width, channels], F32, not normalised, contiguous
   * @return [frames out, height out, width out, channels], F32, not normalised, in the current
   *     scope
   */
  public Tensor forward(Ops ops, Tensor latents) {
    tap(ops, "ref_denormalized", latents);
    Tensor upsampled = ops.cast(model.forward(ops, ops.cast(latents, dtype)), DType.F32);
    if (adainFactor == 0 && toneMapCompressionRatio == 0) {
      return upsampled;
    }
    // Latents are little beside their video: what is done once is done in host memory.
    float[] values = ops.download(upsampled).toFloats();
    long[] sizes = upsampled.shape().sizes();
    if (adainFactor > 0) {
      matchMoments(values, ops.download(latents).toFloats(), latents.intSize(3), adainFactor);
      tap(ops, "after_adain", Tensor.of(values, sizes));
    }
    if (toneMapCompressionRatio > 0) {
      compress(values, 0.75 * toneMapCompressionRatio);
      tap(ops, "after_tone_map", Tensor.of(values, sizes));
    }
    return ops.upload(Tensor.of(values, sizes));
  }

  private static void tap(Ops ops, String name, Tensor latents) {
    ops.tap(name, latents.permute(CHANNELS_FIRST));
  }

  /** Adaptive instance normalisation (Huang and Belongie, 2017, section 5), part of the way. */
  private static void matchMoments(float[] values, float[] reference, int channels, double factor) {
    for (int channel = 0; channel < channels; channel++) {
      Statistics now = Statistics.of(values, channel, channels);
      Statistics wanted = Statistics.of(reference, channel, channels);
      for (int i = channel; i < values.length; i += channels) {
        double matched = (values[i] - now.mean) / now.deviation * wanted.deviation + wanted.mean;
        values[i] = (float) (values[i] + factor * (matched - values[i]));
      }
    }
  }

  /** Mean and deviation of one channel, whose squares are divided by one less than their number. */
  private record Statistics(double mean, double deviation) {
    static Statistics of(float[] values, int channel, int channels) {
      double sum = 0;
      for (int i = channel; i < values.length; i += channels) {
        sum += values[i];
      }
      int count = values.length / channels;
      double mean = sum / count;
      double squares = 0;
      for (int i = channel; i < values.length; i += channels) {
        squares += (values[i] - mean) * (values[i] - mean);
      }
      return new Statistics(mean, Math.sqrt(squares / (count - 1)));
    }
  }

  private static void compress(float[] values, double scale) {
    for (int i = 0; i < values.length; i++) {
      double sigmoid = 1 / (1 + Math.exp(-4 * scale * (Math.abs(values[i]) - 1)));
      values[i] = (float) (values[i] * (1 - 0.8 * scale * sigmoid));
    }
  }
}
