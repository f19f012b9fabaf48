package io.zoetrope.vae.ltx;

import io.zoetrope.config.JsonConfig;
import java.util.List;

/** Fields that have one value for each level of the encoder, or of the decoder. */
final class Levels {
  private static final List<Integer> CHANNELS = List.of(128, 256, 512, 512);
  private static final List<Integer> LAYERS = List.of(4, 3, 3, 3, 4);
  private static final List<Boolean> SCALING = List.of(true, true, true, false);

  /** More would leave nothing of any picture. */
  private static final int MAX_LEVELS = 8;

  /** More would be a nonsensical number that becomes a list of that length. */
  private static final int MAX_LAYERS = 100;

  private Levels() {}

  static List<Integer> channels(JsonConfig json, String field) {
    List<Integer> channels = json.positiveIntegers(field, CHANNELS);
    json.require(
        !channels.isEmpty() && channels.size() <= MAX_LEVELS,
        field,
        "lists of 1 to %d numbers".formatted(MAX_LEVELS));
    return channels;
  }

  /** Of the levels, and behind them of the middle. */
  static List<Integer> layers(JsonConfig json, String field, int levels) {
    List<Integer> layers = json.positiveIntegers(field, LAYERS);
    requireSize(json, field, layers, levels + 1);
    json.require(
        layers.stream().allMatch(count -> count <= MAX_LAYERS),
        field,
        "numbers up to %d".formatted(MAX_LAYERS));
    return layers;
  }

  static List<Boolean> scaling(JsonConfig json, String field, int levels) {
    List<Boolean> scaling = json.flags(field, SCALING);
    requireSize(json, field, scaling, levels);
    return scaling;
  }

  static void requireSize(JsonConfig json, String field, List<?> values, int count) {
    json.require(values.size() == count, field, "lists of %d values".formatted(count));
  }
}
