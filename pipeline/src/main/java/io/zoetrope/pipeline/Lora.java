package io.zoetrope.pipeline;

import java.nio.file.Path;
import java.util.Optional;

/**
 * A LoRA file that is to change a model, and how much:
 *
 * <pre>{@code
 * ModelSource model =
 *     LoraModel.of(ModelFolder.open(folder), List.of(Lora.of(file).weighted(0.8)));
 * }</pre>
 *
 * @param file a safetensors file, in any of the spellings that trainers write
 * @param weight how often its changes are added; may be negative
 * @param expert which of two transformers it changes; empty if the file's name says so, or if the
 *     model has one
 * @param isPartial whether what finds no place in the model may be left out
 */
public record Lora(Path file, double weight, Optional<Expert> expert, boolean isPartial) {
  /** Which of two transformers. */
  public enum Expert {
    /** The one that takes the first steps. */
    HIGH_NOISE("high"),
    /** The one that takes the last steps. */
    LOW_NOISE("low");

    private final String title;

    Expert(String title) {
      this.title = title;
    }

    /** What it is called in commands and in the provenance. */
    public String title() {
      return title;
    }
  }

  /**
   * A LoRA that is to be added.
   *
   * @throws PipelineException if the weight is not finite
   */
  public Lora {
    if (!Double.isFinite(weight)) {
      throw new PipelineException("%s: its weight %s is no finite number".formatted(file, weight));
    }
  }

  /** The whole of a file, once. */
  public static Lora of(Path file) {
    return new Lora(file, 1, Optional.empty(), false);
  }

  /** The same, added so many times. */
  public Lora weighted(double other) {
    return new Lora(file, other, expert, isPartial);
  }

  /** The same for one of two transformers. */
  public Lora on(Expert one) {
    return new Lora(file, weight, Optional.of(one), isPartial);
  }

  /** The same, without what finds no place in the model. */
  public Lora partial() {
    return new Lora(file, weight, expert, true);
  }
}
