package io.zoetrope.vae.ltx;

import io.zoetrope.config.JsonConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The decoder's part of a configuration.
 *
 * @param levels the lowest resolution first
 * @param midChannels channels at the lowest resolution
 * @param midLayers residual blocks in front of the first level
 * @param midInjectNoise whether those add noise
 * @param causal whether a frame depends on itself and frames before it alone
 */
public record DecoderConfig(
    List<Level> levels, int midChannels, int midLayers, boolean midInjectNoise, boolean causal) {
  private static final String CHANNELS = "decoder_block_out_channels";
  private static final String NOISE = "decoder_inject_noise";
  private static final String FACTORS = "upsample_factor";

  /** Elements that one becomes where frames, rows and columns are doubled. */
  private static final int BLOCK = 8;

  /**
   * A level.
   *
   * @param inChannels in front of it
   * @param channels that its upsampler takes; other ones than in front are made by a residual block
   * @param layers how many residual blocks it ends with
   * @param upsample whether frames, rows and columns are doubled
   * @param upscaleFactor by how many channels are divided there
   * @param residual whether the input of the upsampler is added to its result
   * @param injectNoise whether its residual blocks add noise
   */
  public record Level(
      int inChannels,
      int channels,
      int layers,
      boolean upsample,
      int upscaleFactor,
      boolean residual,
      boolean injectNoise) {
    /** Whether a residual block changes the channels at the beginning. */
    boolean hasConvIn() {
      return inChannels != channels;
    }

    /** Channels of the residual blocks. */
    int outChannels() {
      return channels / upscaleFactor;
    }
  }

  static DecoderConfig of(JsonConfig json) {
    List<Integer> channels = Levels.channels(json, CHANNELS).reversed();
    int count = channels.size();
    List<Integer> layers = Levels.layers(json, "decoder_layers_per_block", count).reversed();
    List<Boolean> scaling =
        Levels.scaling(json, "decoder_spatio_temporal_scaling", count).reversed();
    List<Boolean> noise = flags(json, NOISE, count + 1);
    List<Boolean> residual = flags(json, "upsample_residual", count);
    List<Integer> factors = json.positiveIntegers(FACTORS, Collections.nCopies(count, 1));
    Levels.requireSize(json, FACTORS, factors, count);
    List<Level> levels = new ArrayList<>();
    int in = channels.getFirst();
    for (int i = 0; i < count; i++) {
      Level level =
          new Level(
              in,
              channels.get(i),
              layers.get(i + 1),
              scaling.get(i),
              factors.reversed().get(i),
              residual.get(i),
              noise.get(i + 1));
      check(json, level);
      levels.add(level);
      in = level.outChannels();
    }
    return new DecoderConfig(
        levels,
        channels.getFirst(),
        layers.getFirst(),
        noise.getFirst(),
        json.flag("decoder_causal", false));
  }

  private static List<Boolean> flags(JsonConfig json, String field, int count) {
    List<Boolean> flags = json.flags(field, Collections.nCopies(count, false));
    Levels.requireSize(json, field, flags, count);
    return flags.reversed();
  }

  /** What the reference fails at, when it is made or when it decodes. */
  private static void check(JsonConfig json, Level level) {
    json.require(
        level.upscaleFactor() == 1
            || level.upsample()
                && BLOCK % level.upscaleFactor() == 0
                && level.channels() % level.upscaleFactor() == 0,
        FACTORS,
        "1, or where a level is upsampled 2, 4 or 8 if its %d channels come out even"
            .formatted(level.channels()));
    json.require(
        !level.hasConvIn() || level.upscaleFactor() == 1 && !level.injectNoise(),
        CHANNELS,
        "%d channels where a level of %d adds noise, or divides them"
            .formatted(level.inChannels(), level.channels()));
    json.require(
        !level.upsample() || !level.residual() || level.channels() % BLOCK == 0,
        CHANNELS,
        "multiples of %d for residual upsampling".formatted(BLOCK));
  }

  int lastChannels() {
    return levels.getLast().outChannels();
  }

  /** How often frames, rows and columns are doubled. */
  int doublings() {
    return (int) levels.stream().filter(Level::upsample).count();
  }
}
