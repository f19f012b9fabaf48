package io.zoetrope.pipeline.names;

import io.zoetrope.weights.NameMap;

/** Names of text encoders on the left and those of transformers on the right. */
public final class TextEncoderNames {
  /** What Wan's original release calls the tensors of UMT5, and so do files made of it. */
  private static final String WAN =
      """
      token_embedding.weight                  = shared.weight
      blocks.*.norm1.weight                   = encoder.block.*.layer.0.layer_norm.weight
      blocks.*.attn.q.weight                  = encoder.block.*.layer.0.SelfAttention.q.weight
      blocks.*.attn.k.weight                  = encoder.block.*.layer.0.SelfAttention.k.weight
      blocks.*.attn.v.weight                  = encoder.block.*.layer.0.SelfAttention.v.weight
      blocks.*.attn.o.weight                  = encoder.block.*.layer.0.SelfAttention.o.weight
      blocks.*.pos_embedding.embedding.weight = \
      encoder.block.*.layer.0.SelfAttention.relative_attention_bias.weight
      blocks.*.norm2.weight                   = encoder.block.*.layer.1.layer_norm.weight
      blocks.*.ffn.gate.0.weight              = encoder.block.*.layer.1.DenseReluDense.wi_0.weight
      blocks.*.ffn.fc1.weight                 = encoder.block.*.layer.1.DenseReluDense.wi_1.weight
      blocks.*.ffn.fc2.weight                 = encoder.block.*.layer.1.DenseReluDense.wo.weight
      norm.weight                             = encoder.final_layer_norm.weight
      """;

  /** What llama.cpp calls the tensors of an encoder of the T5 family in GGUF files. */
  private static final String GGUF =
      """
      token_embd.weight             = shared.weight
      enc.blk.*.attn_norm.weight    = encoder.block.*.layer.0.layer_norm.weight
      enc.blk.*.attn_q.weight       = encoder.block.*.layer.0.SelfAttention.q.weight
      enc.blk.*.attn_k.weight       = encoder.block.*.layer.0.SelfAttention.k.weight
      enc.blk.*.attn_v.weight       = encoder.block.*.layer.0.SelfAttention.v.weight
      enc.blk.*.attn_o.weight       = encoder.block.*.layer.0.SelfAttention.o.weight
      enc.blk.*.attn_rel_b.weight   = \
      encoder.block.*.layer.0.SelfAttention.relative_attention_bias.weight
      enc.blk.*.ffn_norm.weight     = encoder.block.*.layer.1.layer_norm.weight
      enc.blk.*.ffn_gate.weight     = encoder.block.*.layer.1.DenseReluDense.wi_0.weight
      enc.blk.*.ffn_up.weight       = encoder.block.*.layer.1.DenseReluDense.wi_1.weight
      enc.blk.*.ffn_down.weight     = encoder.block.*.layer.1.DenseReluDense.wo.weight
      enc.output_norm.weight        = encoder.final_layer_norm.weight
      """;

  private TextEncoderNames() {}

  /** UMT5 in Wan's original release. */
  public static NameMap wan() {
    return NameMap.of(WAN);
  }

  /** UMT5 and T5 v1.1 in GGUF files. */
  public static NameMap gguf() {
    return NameMap.of(GGUF);
  }
}
