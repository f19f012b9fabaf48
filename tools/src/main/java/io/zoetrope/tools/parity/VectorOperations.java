package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.dit.wan.WanRope;
import io.zoetrope.nn.PatchGrid;
import io.zoetrope.nn.TimestepSinusoid;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.pipeline.run.Guidance;
import io.zoetrope.t5.encoder.RelativePositions;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;
import io.zoetrope.tools.parity.OpsParity.Operation;
import java.util.List;
import java.util.Map;

/** Operations on tokens: norms, activations, attention, linear layers, embeddings. */
final class VectorOperations {
  static final Map<String, Operation> ALL =
      Map.ofEntries(
          Map.entry("rms_norm_across_heads", VectorOperations::rmsNorm),
          Map.entry("rms_norm_per_head", VectorOperations::rmsNorm),
          Map.entry("t5_layer_norm", VectorOperations::rmsNorm),
          Map.entry("fp32_layer_norm", VectorOperations::layerNorm),
          Map.entry("adaln_modulate", VectorOperations::adaLayerNorm),
          Map.entry("gelu_tanh", c -> activation(c, Activation.GELU_TANH)),
          Map.entry("gelu_erf", c -> activation(c, Activation.GELU_ERF)),
          Map.entry("silu", c -> activation(c, Activation.SILU)),
          Map.entry("sdpa", VectorOperations::attention),
          Map.entry("rope_wan", VectorOperations::rope),
          Map.entry("linear", VectorOperations::linear),
          Map.entry("linear_bfloat16", VectorOperations::roundedLinear),
          Map.entry("bfloat16_round", VectorOperations::rounding),
          Map.entry("timestep_embedding", VectorOperations::timestepEmbedding),
          Map.entry("t5_relative_position_bucket", VectorOperations::relativePositionBucket),
          Map.entry("classifier_free_guidance", VectorOperations::guidance));

  private VectorOperations() {}

  private static void rmsNorm(Case c) {
    c.result("out", c.ops().rmsNorm(c.input("x"), c.input("weight"), eps(c)));
  }

  private static void layerNorm(Case c) {
    Tensor weight = c.has("weight") ? c.input("weight") : null;
    Tensor bias = c.has("bias") ? c.input("bias") : null;
    c.result("out", c.ops().layerNorm(c.input("x"), weight, bias, eps(c)));
  }

  private static void adaLayerNorm(Case c) {
    Ops ops = c.ops();
    List<Tensor> x = c.elements("x");
    Tensor table = c.input("scale_shift_table").select(0, 0);
    List<Tensor> temb = c.elements("temb6");
    for (int i = 0; i < x.size(); i++) {
      Tensor rows = ops.add(temb.get(i), table);
      Tensor shift = rows.select(0, 0);
      c.result("out", ops.adaLayerNorm(x.get(i), shift, rows.select(0, 1), eps(c)));
      Tensor sum = ops.copy(x.get(i));
      ops.addGatedInPlace(sum, ops.layerNorm(x.get(i), null, null, eps(c)), rows.select(0, 2));
      c.result("gated_residual", sum);
    }
  }

  private static void activation(Case c, Activation activation) {
    c.result("out", c.ops().activate(c.input("x"), activation));
  }

  private static void attention(Case c) {
    Ops ops = c.ops();
    Tensor q = c.input("q");
    Tensor k = c.input("k");
    Tensor v = c.input("v");
    Tensor mask = c.has("mask") ? additive(c) : null;
    int heads = q.intSize(1);
    // Fixtures write the usual scale as a formula.
    JsonNode given = c.optionalAttribute("scale");
    float scale = given.isNumber() ? given.floatValue() : (float) (1 / Math.sqrt(q.size(3)));
    for (int i = 0; i < q.intSize(0); i++) {
      Tensor bias = mask == null ? null : mask.select(0, Math.min(i, mask.intSize(0) - 1));
      Tensor attended =
          ops.attention(
              tokens(ops, q, i), tokens(ops, k, i), tokens(ops, v, i), heads, scale, bias);
      c.result("out", attended.reshape(q.size(2), heads, q.size(3)).permute(1, 0, 2));
    }
  }

  /** [batch, heads, tokens, head dim] to the [tokens, heads * head dim] of one element. */
  private static Tensor tokens(Ops ops, Tensor x, int index) {
    return ops.copy(x.select(0, index).permute(1, 0, 2)).reshape(x.size(2), -1);
  }

  /** A mask of 1 for keys to attend to becomes a bias of 0, one of 0 minus infinity. */
  private static Tensor additive(Case c) {
    Tensor mask = c.input("mask");
    if (!c.isMask("mask")) {
      return mask;
    }
    float[] values = mask.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] == 0 ? Float.NEGATIVE_INFINITY : 0;
    }
    return c.ops().upload(Tensor.of(values, mask.shape().sizes()));
  }

  private static void rope(Case c) {
    List<Tensor> batch = c.elements("x");
    int heads = batch.getFirst().intSize(1);
    int headDim = batch.getFirst().intSize(2);
    PatchGrid grid =
        new PatchGrid(
            c.attribute("grid_f_h_w").get(0).intValue(),
            c.attribute("grid_f_h_w").get(1).intValue(),
            c.attribute("grid_f_h_w").get(2).intValue());
    WanRope rope = WanRope.of(c.ops(), headDim, grid);
    c.result("cos", eachTwice(rope.cos().toFloats()));
    c.result("sin", eachTwice(rope.sin().toFloats()));
    for (Tensor x : batch) {
      Tensor rotated = c.ops().copy(x.reshape(x.size(0), -1));
      rope.rotate(c.ops(), rotated, heads);
      c.result("out", rotated);
    }
  }

  /** Tables hold one value for each pair; the reference repeats it for both elements. */
  static float[] eachTwice(float[] values) {
    float[] twice = new float[2 * values.length];
    for (int i = 0; i < twice.length; i++) {
      twice[i] = values[i / 2];
    }
    return twice;
  }

  private static void linear(Case c) {
    Tensor bias = c.has("bias") ? c.input("bias") : null;
    c.result("out", c.ops().linear(c.input("x"), c.input("weight"), bias, Activation.NONE));
  }

  private static void roundedLinear(Case c) {
    Ops ops = c.ops();
    Tensor x = ops.cast(c.input("x"), DType.BF16);
    Tensor weight = ops.cast(c.input("weight"), DType.BF16);
    c.result("out", ops.cast(ops.linear(x, weight, null, Activation.NONE), DType.F32));
  }

  private static void rounding(Case c) {
    float[] x = c.values("x");
    float[] bfloat16 = new float[x.length];
    float[] float16 = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      bfloat16[i] = Conversions.round(x[i], DType.BF16);
      float16[i] = Conversions.round(x[i], DType.F16);
    }
    c.result("out", bfloat16);
    c.result("out_float16", float16);
  }

  private static void timestepEmbedding(Case c) {
    int channels = Math.toIntExact(c.expectedSizes("out")[1]);
    // The case with an odd width does not repeat these two.
    boolean flip = c.optionalAttribute("flip_sin_to_cos").asBoolean(true);
    int shift = c.optionalAttribute("downscale_freq_shift").asInt(0);
    TimestepSinusoid sinusoid = new TimestepSinusoid(channels, flip, shift);
    c.result("out", sinusoid.forward(c.ops(), c.values("timestep")));
  }

  private static void relativePositionBucket(Case c) {
    boolean bidirectional = c.variant().startsWith("bidirectional");
    float[] positions = c.values("relative_position");
    float[] buckets = new float[positions.length];
    for (int i = 0; i < buckets.length; i++) {
      buckets[i] =
          RelativePositions.bucket(
              (int) positions[i],
              bidirectional,
              c.attribute("num_buckets").intValue(),
              c.attribute("max_distance").intValue());
    }
    c.result("out", buckets);
  }

  private static void guidance(Case c) {
    double scale = c.attribute("scale").doubleValue();
    c.result("out", Guidance.apply(c.ops(), c.input("cond"), c.input("uncond"), scale));
  }

  private static float eps(Case c) {
    return c.attribute("eps").floatValue();
  }
}
