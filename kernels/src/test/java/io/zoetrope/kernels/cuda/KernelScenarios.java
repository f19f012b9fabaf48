package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * For each kernel the operations that show whether it works: a full tile and a tail in every
 * dimension, and each operand that may be missing.
 */
final class KernelScenarios {
  private KernelScenarios() {}

  /** By the name of the kernel: fails with an {@link AssertionError} if a result is wrong. */
  static Map<String, Consumer<Ops>> all() {
    Map<String, Consumer<Ops>> scenarios = new LinkedHashMap<>();
    scenarios.put(
        "linear_bf16_none",
        ops -> new LinearScenarios(ops).linear(Activation.NONE, 130, 136, 136, 131));
    scenarios.put(
        "linear_bf16_silu", ops -> new LinearScenarios(ops).linear(Activation.SILU, 70, 40, 72, 3));
    scenarios.put(
        "linear_bf16_gelu_tanh",
        ops -> new LinearScenarios(ops).linear(Activation.GELU_TANH, 70, 40, 72, 3));
    scenarios.put(
        "linear_bf16_gelu_erf",
        ops -> new LinearScenarios(ops).linear(Activation.GELU_ERF, 70, 40, 72, 3));
    scenarios.put(
        "linear_add_bf16",
        ops -> new LinearScenarios(ops).linearAdd(DType.BF16, DType.BF16, 70, 104));
    scenarios.put(
        "linear_multiply_bf16",
        ops -> new LinearScenarios(ops).linearMultiply(DType.BF16, 130, 104));
    scenarios.put("linear_f32", ops -> new LinearScenarios(ops).floatLinear());
    scenarios.put(
        "linear_add_f32", ops -> new LinearScenarios(ops).linearAdd(DType.F32, DType.BF16, 35, 37));
    scenarios.put(
        "linear_multiply_f32",
        ops -> {
          new LinearScenarios(ops).linearMultiply(DType.F32, 35, 37);
          new LinearScenarios(ops).linearMultiply(DType.BF16, 35, 37);
        });
    scenarios.put(
        "conv3d_bf16_96", ops -> new ConvolutionScenarios(ops).convolution(DType.BF16, 8, 20));
    scenarios.put(
        "conv3d_bf16_128", ops -> new ConvolutionScenarios(ops).convolution(DType.BF16, 40, 100));
    scenarios.put("conv3d_f32", ops -> new ConvolutionScenarios(ops).convolution(DType.F32, 5, 20));
    scenarios.put(
        "attention_bf16_32", ops -> new AttentionScenarios(ops).attention(DType.BF16, 24, 70, 150));
    scenarios.put(
        "attention_bf16_64",
        ops -> new AttentionScenarios(ops).attention(DType.BF16, 64, 64, 192, 70, 129));
    scenarios.put(
        "attention_bf16_128",
        ops -> new AttentionScenarios(ops).attention(DType.BF16, 104, 70, 90));
    scenarios.put(
        "attention_bf16_256",
        ops -> new AttentionScenarios(ops).attention(DType.BF16, 200, 20, 70));
    scenarios.put(
        "attention_bf16_384",
        ops -> new AttentionScenarios(ops).attention(DType.BF16, 384, 20, 70));
    scenarios.put("attention_combine", ops -> new AttentionScenarios(ops).splitAttention());
    scenarios.put("attention_f32", ops -> new AttentionScenarios(ops).floatAttention());
    scenarios.put("layer_norm", ops -> new RowScenarios(ops).layerNorm());
    scenarios.put("ada_layer_norm", ops -> new RowScenarios(ops).adaLayerNorm());
    scenarios.put("rms_norm", ops -> new RowScenarios(ops).rmsNorm());
    scenarios.put("rms_norm_rope", ops -> new RowScenarios(ops).rmsNormRope());
    scenarios.put("rope", ops -> new RowScenarios(ops).rope());
    scenarios.put("channel_norm", ops -> new RowScenarios(ops).channelNorm());
    scenarios.put("gated_add", ops -> new ElementScenarios(ops).gatedAdd());
    scenarios.put("add", ops -> new ElementScenarios(ops).combine((o, t) -> o.add(t[0], t[1])));
    scenarios.put(
        "multiply", ops -> new ElementScenarios(ops).combine((o, t) -> o.multiply(t[0], t[1])));
    scenarios.put("activate", ops -> new ElementScenarios(ops).activate());
    scenarios.put("clamp", ops -> new ElementScenarios(ops).clamp());
    scenarios.put("strided_copy", ops -> new ElementScenarios(ops).copy());
    scenarios.put("fill", ops -> new ElementScenarios(ops).fill());
    scenarios.put("embedding", ops -> new ElementScenarios(ops).embedding());
    scenarios.put("upsample_nearest", ops -> new ElementScenarios(ops).upsample());
    scenarios.put("linear_combination", ops -> new SamplerScenarios(ops).linearCombination());
    scenarios.put("timestep_embedding", ops -> new SamplerScenarios(ops).timestepEmbedding());
    scenarios.put("to_pixels", ops -> new SamplerScenarios(ops).toPixels());
    scenarios.put("is_finite", ops -> new SamplerScenarios(ops).isFinite());
    return scenarios;
  }
}
