package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * What predictions depend on beside latents and timestep, the same in all steps.
 *
 * @param prompts at least one, such as the prompt and the negative prompt
 * @param images F32 or BF16, each [tokens, features] of a picture, as the model's image encoder
 *     leaves it, on the host or on the device; empty for models that attend to no pictures
 */
public record Conditions(List<TextEmbedding> prompts, List<Tensor> images) {
  /** Prompts alone. */
  public static Conditions of(List<TextEmbedding> prompts) {
    return new Conditions(prompts, List.of());
  }
}
