package io.zoetrope.pipeline.parts;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.weights.NameMap;
import io.zoetrope.weights.Renamed;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The tensors of one part of a model, as a file names them: all that begin with a prefix, and what
 * diffusers or transformers calls each of them.
 *
 * @param prefix in front of every name of the part; empty for none
 * @param names gives the name behind the prefix that the model asks for; empty for a tensor that
 *     the part does not have
 * @param ignored names behind the prefix that files carry and no model needs
 */
record Spelling(String prefix, Function<String, Optional<String>> names, Set<String> ignored) {
  private static final int FIRST = 3;

  /** Names that are the model's already. */
  static Spelling ofModel(String prefix) {
    return new Spelling(prefix, Optional::of, Set.of());
  }

  /** Names on the left of a table. */
  static Spelling of(String prefix, NameMap map, String... ignored) {
    return new Spelling(prefix, map::toRight, Set.of(ignored));
  }

  /**
   * The part's tensors by the names that its model asks for; others are hidden.
   *
   * @throws WeightsException if tensors have the prefix and are none of the part's
   */
  WeightSource view(WeightSource source) {
    List<String> unknown =
        source.names().stream()
            .filter(name -> name.startsWith(prefix))
            .filter(name -> !ignored.contains(name.substring(prefix.length())))
            .filter(name -> names.apply(name.substring(prefix.length())).isEmpty())
            .sorted()
            .toList();
    if (!unknown.isEmpty()) {
      throw new WeightsException(
          "%s holds %d tensors that the model does not have, among them %s: is it another variant of it?"
              .formatted(
                  source.description(),
                  unknown.size(),
                  unknown.stream()
                      .limit(FIRST)
                      .map(name -> quote(name))
                      .collect(Collectors.joining(", "))));
    }
    return new Renamed(source, this::modelName);
  }

  private String modelName(String stored) {
    if (!stored.startsWith(prefix) || ignored.contains(stored.substring(prefix.length()))) {
      return null;
    }
    return names.apply(stored.substring(prefix.length())).orElseThrow();
  }
}
