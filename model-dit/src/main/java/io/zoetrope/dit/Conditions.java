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
 * @param coordinates F32, [3, tokens], in host memory: seconds, row and column of pixels at which
 *     each token lies, for models that ask where and not which token it is; empty for others
 */
public record Conditions(
    List<TextEmbedding> prompts,
    List<Tensor> images,
    Optional<Control> control,
    Optional<Tensor> coordinates) {
  /** Prompts alone. */
  public static Conditions of(List<TextEmbedding> prompts) {
    return new Conditions(prompts, List.of(), Optional.empty(), Optional.empty());
  }

  /** The same for one of the prompts. */
  public Conditions ofPrompt(int index) {
    return new Conditions(List.of(prompts.get(index)), images, control, coordinates);
  }

  /** The same with pictures. */
  public Conditions with(List<Tensor> pictures) {
    return new Conditions(prompts, pictures, control, coordinates);
  }

  /** The same with what a control branch reads. */
  public Conditions with(Control given) {
    return new Conditions(prompts, images, Optional.of(given), coordinates);
  }

  /** The same with the coordinates of tokens. */
  public Conditions at(Tensor places) {
    return new Conditions(prompts, images, control, Optional.of(places));
  }
}
