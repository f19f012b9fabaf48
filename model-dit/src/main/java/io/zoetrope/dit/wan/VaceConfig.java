package io.zoetrope.dit.wan;

import io.zoetrope.config.JsonConfig;
import java.util.List;
import java.util.Optional;

/**
 * What the {@code config.json} of a {@code WanVACETransformer3DModel} says of its control branch.
 *
 * @param layers the blocks of the main branch behind which a hint is added, rising from 0
 * @param inChannels channels that the branch reads
 */
public record VaceConfig(List<Integer> layers, int inChannels) {
  static final String CLASS_NAME = "WanVACETransformer3DModel";

  /**
   * Reads the branch of a transformer of so many blocks; empty if it is of another class.
   *
   * @throws io.zoetrope.config.ConfigException if a field is malformed or there can be no such
   *     branch
   */
  static Optional<VaceConfig> read(JsonConfig json, int blocks) {
    if (!json.has("_class_name") || !json.text("_class_name").equals(CLASS_NAME)) {
      return Optional.empty();
    }
    List<Integer> layers =
        json.integers("vace_layers", List.of(0, 5, 10, 15, 20, 25, 30, 35)).stream()
            .sorted()
            .toList();
    json.require(
        !layers.isEmpty()
            && layers.getFirst() == 0
            && layers.getLast() < blocks
            && layers.stream().distinct().count() == layers.size(),
        "vace_layers",
        "lists of different blocks from 0 to %d, 0 among them".formatted(blocks - 1));
    return Optional.of(new VaceConfig(layers, json.positiveInteger("vace_in_channels", 96)));
  }
}
