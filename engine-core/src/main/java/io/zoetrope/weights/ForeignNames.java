package io.zoetrope.weights;

import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Whose names the tensors of a checkpoint have, if they are not those of diffusers and transformers
 * in full precision. The first that fits counts.
 */
enum ForeignNames {
  LORA(
      "these are the tensors of a LoRA, which changes a model and is none itself",
      name -> name.contains(".lora_") || name.startsWith("lora_") || name.contains(".lora.")),
  SCALED(
      "these are the tensors of a quantized model with scales, which is not supported: take the model in F32, F16 or BF16",
      name ->
          name.equals("scaled_fp8")
              || endsWithAny(
                  name, ".scale_weight", ".weight_scale", ".weight_scale_inv", ".comfy_quant")),
  QUANTIZED(
      "these are the tensors of a quantized model (GPTQ, AWQ or bitsandbytes), which is not supported: take the model in F32, F16 or BF16",
      name -> endsWithAny(name, ".qweight", ".qzeros", ".absmax", ".quant_map")),
  ORIGINAL(
      "these are the names of the model's original release, which ComfyUI uses too: take the model in the layout of diffusers",
      name ->
          name.startsWith("model.diffusion_model.")
              || name.startsWith("diffusion_model.")
              || name.startsWith("first_stage_model.")
              || endsWithAny(name, "head.modulation", "blocks.0.self_attn.q.weight")
              || endsWithAny(
                  name, "token_embedding.weight", "encoder.downsamples.0.residual.0.gamma")
              || endsWithAny(name, "decoder.upsamples.0.residual.0.gamma"));

  private final String description;
  private final Predicate<String> fits;

  ForeignNames(String description, Predicate<String> fits) {
    this.description = description;
    this.fits = fits;
  }

  /** What is known of these names, and what to do, if they are foreign. */
  static Optional<String> describe(Set<String> names) {
    return Arrays.stream(values())
        .filter(kind -> names.stream().anyMatch(kind.fits))
        .findFirst()
        .map(kind -> kind.description);
  }

  private static boolean endsWithAny(String name, String... endings) {
    return Arrays.stream(endings).anyMatch(name::endsWith);
  }
}
