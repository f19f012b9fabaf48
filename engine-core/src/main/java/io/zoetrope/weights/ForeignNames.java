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
      "these are the tensors of a LoRA, which changes a model and is none itself: name it with --lora",
      name -> name.contains(".lora_") || name.startsWith("lora_") || name.contains(".lora.")),
  QUANTIZED(
      "these are the tensors of a quantized model (GPTQ, AWQ, bitsandbytes or fp8 in blocks), which is not supported: take the model in F16, BF16, scaled fp8 or GGUF",
      name ->
          endsWithAny(name, ".qweight", ".qzeros", ".absmax", ".quant_map", ".weight_scale_inv")),
  ORIGINAL(
      "these are the names of the model's original release, which ComfyUI uses too: name the file itself with --transformer, --text-encoder or --vae",
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
