package io.zoetrope.tools.parity;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.parity.OpsParity.Case;
import io.zoetrope.tools.parity.OpsParity.Operation;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Fixtures of operations that models call. What an operation is says the {@link Catalogue}; here is
 * what differs in a fixture: its name, and how its tensors lie in memory.
 */
final class PlainOperations {
  private static final Pattern UNDERSCORE = Pattern.compile("_(.)");

  private static final Map<String, Operation> OTHERS =
      Map.ofEntries(
          entry("rms_norm_across_heads", same("rmsNorm")),
          entry("rms_norm_per_head", same("rmsNorm")),
          entry("t5_layer_norm", same("rmsNorm")),
          entry("fp32_layer_norm", same("layerNorm")),
          entry("adaln_modulate", PlainOperations::adaLayerNorm),
          entry("gelu_tanh", c -> activate(c, Activation.GELU_TANH)),
          entry("gelu_erf", c -> activate(c, Activation.GELU_ERF)),
          entry("silu", c -> activate(c, Activation.SILU)),
          entry("geglu", PlainOperations::gatedLinear),
          entry("approximate_gelu", PlainOperations::sigmoidGelu),
          entry("linear_bfloat16", PlainOperations::roundedLinear),
          entry("sdpa", PlainOperations::attention),
          entry("timestep_embedding", PlainOperations::timestepEmbedding),
          entry("wan_vae_rms_norm", c -> channelsFirst(c, "channelNorm")),
          entry("group_norm", c -> channelsFirst(c, "groupNorm")),
          entry("upsample", PlainOperations::upsample),
          entry("pixel_shuffle", PlainOperations::pixelShuffle),
          entry("pixel_unshuffle", PlainOperations::pixelUnshuffle));

  /** What {@code ApproximateGELU} in diffusers multiplies by inside the sigmoid. */
  private static final double SIGMOID_SCALE = 1.702;

  private PlainOperations() {}

  /** How a fixture is run; empty if there is no such operation. */
  static Optional<Operation> of(String fixture) {
    Operation other = OTHERS.get(fixture);
    return other != null
        ? Optional.of(other)
        : Catalogue.signature(camelCase(fixture)).map(signature -> same(signature.operation()));
  }

  /** An operation whose operands and attributes the fixture has by name, as they are. */
  private static Operation same(String operation) {
    return c -> c.result("out", c.call(operation, Map.of()));
  }

  /** The name that a parameter or method has in Java. */
  static String camelCase(String name) {
    return UNDERSCORE.matcher(name).replaceAll(match -> match.group(1).toUpperCase(Locale.ROOT));
  }

  private static void activate(Case c, Activation activation) {
    c.result("out", c.call("activate", Map.of("activation", activation)));
  }

  /** Operations on rows, or samples of rows, whose fixtures have channels in front. */
  private static void channelsFirst(Case c, String operation) {
    Tensor x = c.input("x");
    Tensor rows = c.ops().copy(x.reshape(x.size(0), x.size(1), -1).permute(0, 2, 1));
    c.result("out", c.call(operation, Map.of("x", rows)).permute(0, 2, 1));
  }

  /** Shift, scale and gate of each element of the batch are the first rows of a sum. */
  private static void adaLayerNorm(Case c) {
    List<Tensor> x = c.elements("x");
    List<Tensor> temb = c.elements("temb6");
    Tensor table = c.input("scale_shift_table").select(0, 0);
    for (int i = 0; i < x.size(); i++) {
      Tensor rows = c.call("add", Map.of("a", temb.get(i), "b", table));
      Tensor shift = rows.select(0, 0);
      Tensor scale = rows.select(0, 1);
      c.result(
          "out", c.call("adaLayerNorm", Map.of("x", x.get(i), "shift", shift, "scale", scale)));
      Tensor norm = c.call("layerNorm", Map.of("x", x.get(i)));
      Tensor sum = c.call("copy", Map.of("x", x.get(i)));
      Tensor gate = rows.select(0, 2);
      c.result(
          "gated_residual", c.call("addGatedInPlace", Map.of("x", sum, "y", norm, "gate", gate)));
    }
  }

  /** One half of the columns times the activated other one. */
  private static void gatedLinear(Case c) {
    Tensor weight = c.input("weight");
    Tensor bias = c.input("bias");
    long half = weight.size(0) / 2;
    Tensor x = c.input("x").reshape(-1, weight.size(1));
    Tensor gate =
        c.call(
            "linear",
            Map.of(
                "x",
                x,
                "weight",
                weight.narrow(0, half, half),
                "bias",
                bias.narrow(0, half, half),
                "activation",
                Activation.GELU_ERF));
    c.result(
        "out",
        c.call(
            "linearMultiplyInPlace",
            Map.of(
                "out",
                gate,
                "x",
                x,
                "weight",
                weight.narrow(0, 0, half),
                "bias",
                bias.narrow(0, 0, half))));
  }

  /** {@code y * sigmoid(1.702 * y)}: another width of SiLU. */
  private static void sigmoidGelu(Case c) {
    Tensor y = c.call("linear", Map.of());
    c.ops().linearCombinationInto(y, new double[] {SIGMOID_SCALE}, y);
    Tensor activated = c.call("activate", Map.of("x", y, "activation", Activation.SILU));
    c.ops().linearCombinationInto(activated, new double[] {1 / SIGMOID_SCALE}, activated);
    c.result("out", activated);
  }

  private static void roundedLinear(Case c) {
    Ops ops = c.ops();
    Tensor x = ops.cast(c.input("x"), DType.BF16);
    Tensor weight = ops.cast(c.input("weight"), DType.BF16);
    c.result("out", ops.cast(c.call("linear", Map.of("x", x, "weight", weight)), DType.F32));
  }

  private static void attention(Case c) {
    Tensor q = c.input("q");
    int heads = q.intSize(1);
    // Fixtures write the usual scale as a formula.
    JsonNode given = c.optionalAttribute("scale");
    double scale = given.isNumber() ? given.doubleValue() : 1 / Math.sqrt(q.size(3));
    for (int i = 0; i < q.intSize(0); i++) {
      Map<String, Object> arguments = new HashMap<>(Map.of("heads", heads, "scale", scale));
      for (String operand : List.of("q", "k", "v")) {
        arguments.put(operand, tokens(c, operand, i));
      }
      if (c.has("mask")) {
        Tensor bias = additive(c);
        arguments.put("bias", bias.select(0, Math.min(i, bias.intSize(0) - 1)));
      }
      Tensor attended = c.call("attention", arguments);
      c.result("out", attended.reshape(q.size(2), heads, q.size(3)).permute(1, 0, 2));
    }
  }

  /** [batch, heads, tokens, head dim] to the [tokens, heads * head dim] of one element. */
  private static Tensor tokens(Case c, String operand, int index) {
    Tensor x = c.input(operand);
    return c.ops().copy(x.select(0, index).permute(1, 0, 2)).reshape(x.size(2), -1);
  }

  /** A mask of 1 for keys to attend to becomes a bias of 0, one of 0 minus infinity. */
  private static Tensor additive(Case c) {
    if (!c.isMask("mask")) {
      return c.input("mask");
    }
    float[] values = c.values("mask");
    for (int i = 0; i < values.length; i++) {
      values[i] = values[i] == 0 ? Float.NEGATIVE_INFINITY : 0;
    }
    return c.ops().upload(Tensor.of(values, c.sizes("mask")));
  }

  private static void timestepEmbedding(Case c) {
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("timesteps", c.input("timestep"));
    arguments.put("channels", c.sizes("out")[1]);
    // The case with an odd width does not repeat these two.
    arguments.put("flipSinToCos", c.optionalAttribute("flip_sin_to_cos").asBoolean(true));
    arguments.put("downscaleFreqShift", c.optionalAttribute("downscale_freq_shift").asInt(0));
    c.result("out", c.call("timestepEmbedding", arguments));
  }

  private static void upsample(Case c) {
    long[] out = c.sizes("out");
    int rank = out.length;
    Map<String, Object> arguments = new HashMap<>();
    arguments.put("frames", rank == 5 ? out[2] : 1);
    arguments.put("height", out[rank - 2]);
    arguments.put("width", out[rank - 1]);
    arguments.put("exact", c.variant().startsWith("nearest-exact"));
    for (Tensor x : c.videos("x")) {
      // The case with a video takes its first frames only.
      arguments.put("x", c.ops().copy(x.narrow(0, 0, Math.min(3, x.size(0)))));
      c.videoResult("out", c.call("upsampleNearest", arguments));
    }
  }

  /** [n, channels * f * f, h, w] to [n, channels, h * f, w * f]: nothing but a permutation. */
  private static void pixelShuffle(Case c) {
    int factor = c.attribute("factor").intValue();
    Tensor x = c.input("x");
    Tensor split = x.reshape(-1, factor, factor, x.size(2), x.size(3));
    c.result("out", c.call("copy", Map.of("x", split.permute(0, 3, 1, 4, 2))));
  }

  private static void pixelUnshuffle(Case c) {
    int factor = c.attribute("factor").intValue();
    Tensor x = c.input("x");
    Tensor split = x.reshape(-1, x.size(2) / factor, factor, x.size(3) / factor, factor);
    c.result("out", c.call("copy", Map.of("x", split.permute(0, 2, 4, 1, 3))));
  }
}
