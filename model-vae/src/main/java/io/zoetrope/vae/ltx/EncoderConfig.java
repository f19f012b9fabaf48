package io.zoetrope.vae.ltx;

import io.zoetrope.config.JsonConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * The encoder's part of a configuration.
 *
 * @param levels the highest resolution first
 * @param midLayers residual blocks behind the last level
 * @param causal whether a frame depends on itself and frames before it alone
 */
public record EncoderConfig(List<Level> levels, int midLayers, boolean causal) {
  private static final String DOWN_BLOCK = "LTXVideoDownBlock3D";
  private static final String DOWN_BLOCK_095 = "LTXVideo095DownBlock3D";
  private static final String CHANNELS = "block_out_channels";
  private static final String TYPES = "downsample_type";

  /**
   * A level.
   *
   * @param inChannels of its residual blocks
   * @param outChannels behind it; in 0.9.0 another residual block makes them, in 0.9.5 what moves
   *     into channels
   * @param layers how many residual blocks it begins with
   * @param downsample how it ends
   */
  public record Level(int inChannels, int outChannels, int layers, Downsample downsample) {
    /** Whether a residual block changes the channels at the end. */
    boolean hasConvOut() {
      return inChannels != outChannels && !downsample.movesIntoChannels();
    }
  }

  static EncoderConfig of(JsonConfig json) {
    List<Integer> channels = Levels.channels(json, CHANNELS);
    boolean merging = mergesIntoChannels(json);
    // Blocks of 0.9.5 know the channels behind them, the last one too.
    int count = merging ? channels.size() - 1 : channels.size();
    json.require(count > 0, CHANNELS, "lists of at least two numbers");
    List<Integer> layers = Levels.layers(json, "layers_per_block", count);
    List<Boolean> scaling = Levels.scaling(json, "spatio_temporal_scaling", count);
    List<Downsample> types =
        merging ? types(json, count) : Collections.nCopies(count, Downsample.CONV);
    List<Level> levels = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int in = channels.get(i);
      int out = channels.get(Math.min(i + 1, channels.size() - 1));
      Downsample type = scaling.get(i) ? types.get(i) : Downsample.NONE;
      json.require(
          !merging || fits(in, out, type),
          CHANNELS,
          "numbers that %d elements of %d channels come out even in"
              .formatted(type.frames() * type.size() * type.size(), in));
      levels.add(new Level(in, out, layers.get(i), type));
    }
    return new EncoderConfig(levels, layers.getLast(), json.flag("encoder_causal", true));
  }

  private static boolean mergesIntoChannels(JsonConfig json) {
    String field = "down_block_types";
    List<String> types = json.texts(field, List.of(DOWN_BLOCK));
    boolean merging = types.contains(DOWN_BLOCK_095);
    String type = merging ? DOWN_BLOCK_095 : DOWN_BLOCK;
    json.require(
        types.stream().allMatch(type::equals),
        field,
        "lists of %s alone, or of %s".formatted(DOWN_BLOCK, DOWN_BLOCK_095));
    return merging;
  }

  private static List<Downsample> types(JsonConfig json, int count) {
    List<Downsample> known =
        Arrays.stream(Downsample.values()).filter(type -> type != Downsample.NONE).toList();
    List<String> names = known.stream().map(JsonConfig::nameOf).toList();
    List<String> given = json.texts(TYPES, Collections.nCopies(count, names.getFirst()));
    json.require(
        given.size() == count && names.containsAll(given),
        TYPES,
        "lists of %d of %s".formatted(count, String.join(", ", names)));
    return given.stream().map(name -> known.get(names.indexOf(name))).toList();
  }

  private static boolean fits(int in, int out, Downsample type) {
    int parts = type.frames() * type.size() * type.size();
    return type.movesIntoChannels() ? out % parts == 0 && (long) in * parts % out == 0 : in == out;
  }

  int firstChannels() {
    return levels.getFirst().inChannels();
  }

  int lastChannels() {
    return levels.getLast().outChannels();
  }

  /** Frames per latent frame. */
  int frames() {
    return levels.stream()
        .mapToInt(level -> level.downsample().frames())
        .reduce(1, (a, b) -> a * b);
  }

  /** Rows, and columns, of patches per latent pixel. */
  int size() {
    return levels.stream().mapToInt(level -> level.downsample().size()).reduce(1, (a, b) -> a * b);
  }
}
