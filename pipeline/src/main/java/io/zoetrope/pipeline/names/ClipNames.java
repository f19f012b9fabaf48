package io.zoetrope.pipeline.names;

import io.zoetrope.weights.NameMap;

/**
 * Names of CLIP's vision tower on the left, those of transformers on the right. The tables of other
 * libraries lack queries, keys and values, which those keep in one tensor, one below the other.
 */
public final class ClipNames {
  private static final String WAN =
      """
      visual.cls_embedding          = vision_model.embeddings.class_embedding
      visual.pos_embedding          = vision_model.embeddings.position_embedding.weight
      visual.patch_embedding.weight = vision_model.embeddings.patch_embedding.weight
      visual.pre_norm.*             = vision_model.pre_layrnorm.*
      visual.post_norm.*            = vision_model.post_layernorm.*
      visual.transformer.*.norm1.*     = vision_model.encoder.layers.*.layer_norm1.*
      visual.transformer.*.attn.proj.* = vision_model.encoder.layers.*.self_attn.out_proj.*
      visual.transformer.*.norm2.*     = vision_model.encoder.layers.*.layer_norm2.*
      visual.transformer.*.mlp.0.*     = vision_model.encoder.layers.*.mlp.fc1.*
      visual.transformer.*.mlp.2.*     = vision_model.encoder.layers.*.mlp.fc2.*
      """;

  private ClipNames() {}

  /** The tower in Wan's original release, which calls itself open-clip. */
  public static NameMap wan() {
    return NameMap.of(WAN);
  }
}
