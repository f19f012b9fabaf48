package io.zoetrope.pipeline.parts;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.WeightSource;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Another model, of which files replace parts. */
final class ReplacedParts extends ChangedModel {
  private final Map<String, FoundPart> parts;
  private final Optional<Supplier<T5Tokenizer>> tokenizer;

  /**
   * A model.
   *
   * @param tokenizer that replaces the model's; empty for none
   */
  ReplacedParts(
      ModelSource model, Map<Role, FoundPart> parts, Optional<Supplier<T5Tokenizer>> tokenizer) {
    super(model);
    this.parts =
        parts.entrySet().stream()
            .collect(Collectors.toMap(part -> part.getKey().component(), Map.Entry::getValue));
    this.tokenizer = tokenizer;
  }

  @Override
  public JsonConfig config(String component, String... classes) {
    FoundPart part = parts.get(component);
    return part == null ? super.config(component, classes) : part.config();
  }

  @Override
  public WeightSource weights(String component) {
    FoundPart part = parts.get(component);
    return part == null ? super.weights(component) : part.open();
  }

  @Override
  public T5Tokenizer tokenizer() {
    return tokenizer.map(Supplier::get).orElseGet(super::tokenizer);
  }

  /** The model's name with the names of the files. */
  @Override
  public String name() {
    return parts.values().stream()
        .map(part -> part.file().getFileName().toString())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", ", super.name() + " with ", ""));
  }
}
