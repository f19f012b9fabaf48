package io.zoetrope.lora;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Kinds of files that are called LoRA and do something else, by what the names of their tensors
 * hold. To apply a part of such a file would make something that nobody has trained.
 */
enum Unsupported {
  DORA(
      "a DoRA, which also scales each row of a weight", "\\.(dora_scale|lora_magnitude_vector)\\b"),
  LOKR("a LoKr, a Kronecker product", "\\.lokr_[wt]\\d"),
  LOHA("a LoHa, a Hadamard product of two pairs", "\\.hada_[wt]\\d"),
  TUCKER("a LoRA of convolutions with a third factor", "\\.lora_mid\\b"),
  OFT("an OFT, a rotation of weights", "\\.b?oft_(blocks|diag|[rR])\\b"),
  GLORA("a GLoRA, with four factors a weight", "\\.[ab][12]\\.weight$"),
  IA3("an (IA)3, which scales activations", "\\.(on_input|ia3_l)\\b"),
  RESHAPED(
      "a control LoRA, which makes weights larger so that the model reads more inputs",
      "\\.reshape_weight$"),
  WHOLE("a LoRA that also replaces whole weights", "\\.set_weight$"),
  STAND_IN("a Stand-In LoRA, a branch for a face beside the transformer", "\\b[qkv]_loras\\."),
  UNIANIMATE(
      "a UniAnimate LoRA, which needs an encoder for poses",
      "\\b(dwpose_embedding|randomref_embedding_pose)\\b");

  private final String description;
  private final Pattern marker;

  Unsupported(String description, String marker) {
    this.description = description;
    this.marker = Pattern.compile(marker);
  }

  /** A tensor of such a kind, and of which. */
  record Found(String tensor, String description) {}

  /** The first of these tensors that shows such a kind. */
  static Optional<Found> among(Collection<String> names) {
    return names.stream()
        .flatMap(name ->
            Arrays.stream(values())
                .filter(kind -> kind.marker.matcher(name).find())
                .map(kind -> new Found(name, kind.description)))
        .findFirst();
  }
}
