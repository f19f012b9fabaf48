package io.zoetrope.lora;

import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/** Families of models that LoRA files are made for, by what the names of their tensors hold. */
public enum LoraFamily {
  WAN(
      "Wan",
      "(^|(?<!transformer|double|single|joint)[._])blocks[._]\\d+[._]"
          + "(self_attn|cross_attn|ffn[._]|attn[12][._](to|add)_)"
          + "|(^|[._])(head[._]head|time_projection[._]1|condition_embedder)[._]"),
  FLUX("Flux or HunyuanVideo", "(double|single)_blocks|single_transformer_blocks"),
  STABLE_DIFFUSION(
      "Stable Diffusion", "(down|up|input|output)_blocks|mid(dle)?_block|joint_blocks"),
  COSMOS("Cosmos", "blocks[._]block\\d"),
  TRANSFORMER_BLOCKS(
      "LTX-Video, CogVideoX, Mochi or another model with 'transformer_blocks'",
      "transformer_blocks"),
  LAYERS("Lumina or Z-Image", "(^|[._])layers[._]\\d+[._]attention"),
  TEXT_ENCODER("a text encoder", "(^|[._])(text_encoder|lora_te\\d?_|conditioner)");

  private final String title;
  private final Pattern marker;

  LoraFamily(String title, String marker) {
    this.title = title;
    this.marker = Pattern.compile(marker);
  }

  /** What the family is called. */
  public String title() {
    return title;
  }

  /** The family of a file with tensors of these names; empty if none of them shows one. */
  public static Optional<LoraFamily> of(Collection<String> names) {
    return Arrays.stream(values())
        .filter(family -> names.stream().anyMatch(name -> family.marker.matcher(name).find()))
        .findFirst();
  }
}
