package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * What predictions depend on beside latents and timestep, the same in all steps.
 *
 * @param prompts at least one, such as the prompt and the negative prompt
 * @param images F32 or BF16, each [tokens, features] of a picture, as the model's image encoder
 *     leaves it, on the host or on the device; empty for models that attend to no pictures
 * @param control for models with a control branch; empty for others
 */
public record Conditions(
    List<TextEmbedding> prompts, List<Tensor> images, Optional<Control> control) {
  /** Prompts alone. */
  public static Conditions of(List<TextEmbedding> prompts) {
    return new Conditions(prompts, List.of(), Optional.empty());
  }

  /** The same with pictures. */
  public Conditions with(List<Tensor> pictures) {
    return new Conditions(prompts, pictures, control);
  }

  /** The same with what a control branch reads. */
  public Conditions with(Control given) {
    return new Conditions(prompts, images, Optional.of(given));
  }
}
