package io.zoetrope.pipeline.parts;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * A part of a model in a file.
 *
 * @param file that holds it, maybe beside others
 * @param role what it is; transformers for little noise are {@link Role#TRANSFORMER}s, too
 * @param title what it is for people, such as {@code "Wan 2.1 T2V transformer, 1.3B"}
 * @param prefix in front of the names of all its tensors in the file
 * @param config what diffusers or transformers would write into its {@code config.json}, found from
 *     shapes
 * @param view makes of the file's tensors those of this part, by the names that the model asks for
 * @param tokenizer opens the one that the file holds beside a text encoder; empty if there is none
 */
public record FoundPart(
    Path file,
    Role role,
    String title,
    String prefix,
    JsonConfig config,
    UnaryOperator<WeightSource> view,
    Optional<Supplier<T5Tokenizer>> tokenizer) {
  /** A part without a tokenizer. */
  FoundPart(
      Path file,
      Role role,
      String title,
      String prefix,
      JsonConfig config,
      UnaryOperator<WeightSource> view) {
    this(file, role, title, prefix, config, view, Optional.empty());
  }

  /** What it is, and the name of its file. */
  String described() {
    return "%s (%s)".formatted(title, file.getFileName());
  }

  /**
   * Opens its weights, which the caller closes.
   *
   * @throws io.zoetrope.weights.WeightsException if the file cannot be read any more
   */
  public WeightSource open() {
    WeightSource opened = WeightSource.open(file);
    boolean viewed = false;
    try {
      WeightSource part = view.apply(opened);
      viewed = true;
      return part;
    } finally {
      if (!viewed) {
        opened.close();
      }
    }
  }
}
