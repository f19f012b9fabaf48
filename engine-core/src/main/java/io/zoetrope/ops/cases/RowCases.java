package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Call.call;
import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.floats;
import static io.zoetrope.ops.cases.Entry.other;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Norms, rotations and sums with a gate, by rows x features. */
final class RowCases {
  private static final float EPS = 1e-6f;

  private static final Signature LAYER_NORM =
      new Signature(
          "layerNorm",
          (ops, a) ->
              ops.layerNorm(
                  a.tensor("x"), a.optional("weight"), a.optional("bias"), a.number("eps")));
  private static final Signature ADA_LAYER_NORM =
      new Signature(
          "adaLayerNorm",
          (ops, a) ->
              ops.adaLayerNorm(
                  a.tensor("x"), a.tensor("shift"), a.tensor("scale"), a.number("eps")));
  private static final Signature RMS_NORM =
      new Signature(
          "rmsNorm", (ops, a) -> ops.rmsNorm(a.tensor("x"), a.tensor("weight"), a.number("eps")));
  private static final Signature CHANNEL_NORM =
      new Signature(
          "channelNorm",
          (ops, a) -> ops.channelNorm(a.tensor("x"), a.tensor("gamma"), a.activation()));
  private static final Signature GROUP_NORM =
      new Signature(
          "groupNorm",
          (ops, a) ->
              ops.groupNorm(
                  a.tensor("x"),
                  a.optional("weight"),
                  a.optional("bias"),
                  a.integer("groups"),
                  a.number("eps"),
                  a.activation()));
  private static final Signature ROPE =
      new Signature(
          "ropeInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.ropeInPlace(x, a.tensor("cos"), a.tensor("sin"), a.integer("heads"));
            return x;
          });
  private static final Signature RMS_NORM_ROPE =
      new Signature(
          "rmsNormRopeInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.rmsNormRopeInPlace(
                x,
                a.tensor("weight"),
                a.number("eps"),
                a.tensor("cos"),
                a.tensor("sin"),
                a.integer("heads"));
            return x;
          });

  /** As backends also have it: the result is a tensor of its own. */
  private static final Signature RMS_NORM_ROPE_APART =
      new Signature(
          "rmsNormRopeInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            Tensor out = ops.allocate(x.dtype(), x.shape());
            ops.backend()
                .run(
                    new RmsNormRope(
                        out,
                        x,
                        a.tensor("weight"),
                        a.number("eps"),
                        a.tensor("cos"),
                        a.tensor("sin"),
                        a.integer("heads")));
            return out;
          });

  private static final Signature ADD_GATED =
      new Signature(
          "addGatedInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.addGatedInPlace(x, a.tensor("y"), a.tensor("gate"));
            return x;
          });

  /** Ones, primes, and on a device whole and partial rounds of a block's threads. */
  private static final String[] ROWS = {
    "33x16", "1x1", "3x2", "7x5", "5x1537", "301x37", "2x13", "3x520", "2x1543", "2x10248"
  };

  /** Tokens of the demo model and of Wan 2.1 1.3B. */
  private static final String[] TOKENS = {"80x256", "1280x1536", "1560x1536"};

  private final List<Entry> entries = new ArrayList<>();

  private RowCases() {}

  static List<Entry> entries() {
    RowCases cases = new RowCases();
    cases.layerNorms();
    cases.otherNorms();
    cases.groupNorms();
    cases.rotations();
    cases.gatedSums();
    return cases.entries;
  }

  private Entry add(Signature operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private static Operand x(int[] s) {
    return activation("x", s[0], s[1]);
  }

  private void layerNorms() {
    add(
            LAYER_NORM,
            "%s",
            (_, s) -> call(x(s), weight("weight", s[1]), weight("bias", s[1])).with("eps", EPS))
        .checked(ROWS)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            LAYER_NORM,
            "%s without bias, weight [1, features]",
            (_, s) -> call(x(s), weight("weight", 1, s[1])).with("eps", EPS))
        .checked("301x37", "3x520");
    add(LAYER_NORM, "%s without weight and bias", (_, s) -> call(x(s)).with("eps", 0.1f))
        .checked(ROWS);
    // The rounding of a large mean must not hide a small variance.
    add(
            LAYER_NORM,
            "%s of large mean",
            (_, s) -> call(activation("x", Values.normal(100, 0.01f), s[0], s[1])).with("eps", EPS))
        .dtypes(DType.F32)
        .checked("4x512", "2x301", "2x304");
    add(
            ADA_LAYER_NORM,
            "%s",
            (_, s) -> call(x(s), floats("shift", s[1]), floats("scale", s[1])).with("eps", EPS))
        .checked("35x130", "4x13", "4x520")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            ADA_LAYER_NORM,
            "%s with a scale and a shift for each row",
            (_, s) ->
                call(x(s), floats("table", s[0], 2L * s[1] + 5))
                    .view("shift", "table", table -> table.narrow(1, 0, s[1]))
                    .view("scale", "table", table -> table.narrow(1, s[1] + 5, s[1]))
                    .with("eps", EPS))
        .checked("35x130", "4x13", "4x520");
  }

  private void otherNorms() {
    add(RMS_NORM, "%s", (_, s) -> call(x(s), weight("weight", s[1])).with("eps", EPS))
        .checked(ROWS)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            RMS_NORM,
            "%s of large epsilon, weight [1, features]",
            (_, s) -> call(x(s), weight("weight", 1, s[1])).with("eps", 0.1f))
        .checked("301x37", "3x520");
    for (Activation activation : Activation.values()) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      Entry entry =
          add(
                  CHANNEL_NORM,
                  activation == Activation.SILU ? "%s" : "%s, " + name,
                  (_, s) -> channelNorm(s, Values.NORMAL, activation))
              .checked("11x96", "1x1", "3x2", "7x5", "11x5", "11x135", "11x1096", "301x37");
      if (activation == Activation.SILU) {
        entry
            .measured("16384x16", "1024x384", "8192x384", "65536x192", "262144x96")
            .selfTest("50x96", "230400x96");
      }
    }
    add(CHANNEL_NORM, "%s of zeros", (_, s) -> channelNorm(s, Values.cycle(0), Activation.SILU))
        .bound(Bound.EQUAL)
        .checked("3x16");
  }

  private static Call channelNorm(int[] s, Values x, Activation activation) {
    return call(activation("x", x, s[0], s[1]), weight("gamma", s[1], 1, 1, 1))
        .with("activation", activation);
  }

  /** Groups x samples x positions x channels. */
  private void groupNorms() {
    String[] shapes = {
      "4x2x21x16", "1x1x1x1", "3x1x5x3", "2x3x7x10", "8x2x513x24", "4x1x37x132", "32x1x300x128"
    };
    add(GROUP_NORM, "%s", (_, s) -> groupNorm(s, Values.NORMAL, Activation.SILU))
        .checked(shapes)
        .measured("8x1x16384x64", "32x4x4096x256", "32x1x65536x128", "32x1x262144x128")
        .selfTest("4x2x75x32", "32x4x57600x128");
    for (Activation activation :
        List.of(Activation.NONE, Activation.GELU_TANH, Activation.GELU_ERF)) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      add(GROUP_NORM, "%s, " + name, (_, s) -> groupNorm(s, Values.NORMAL, activation))
          .checked("2x3x7x10", "4x2x21x32");
    }
    // Parts of a group in several blocks; the mean is large beside the deviations.
    add(
            GROUP_NORM,
            "%s of large mean",
            (_, s) -> groupNorm(s, Values.normal(100, 0.01f), Activation.NONE))
        .dtypes(DType.F32)
        .checked("4x2x75x16", "2x1x2053x32", "1x1x4099x5");
    add(
            GROUP_NORM,
            "%s without weight and bias",
            (_, s) ->
                call(activation("x", s[1], s[2], s[3])).with("groups", s[0]).with("eps", 0.1f))
        .checked("4x2x21x16", "2x3x7x10");
  }

  private static Call groupNorm(int[] s, Values x, Activation activation) {
    return call(activation("x", x, s[1], s[2], s[3]), weight("weight", s[3]), weight("bias", s[3]))
        .with("groups", s[0])
        .with("eps", EPS)
        .with("activation", activation);
  }

  private void rotations() {
    String[] heads = {"5x3x14", "1x1x2", "130x4x64", "25x3x64", "25x3x14", "1x1x6"};
    add(ROPE, "%s", (_, s) -> rope(s))
        .bound(Bound.ROTATED)
        .checked(heads)
        .measured("80x4x64", "1280x12x128")
        .selfTest("150x2x64", "8192x24x64");
    add(RMS_NORM_ROPE, "%s", (_, s) -> normRope(s))
        .bound(Bound.NORMALISED)
        .checked("5x3x14", "1x1x2", "130x4x64", "3x41x128", "5x3x64")
        .measured("80x4x64", "1280x12x128")
        .selfTest("150x2x64", "8192x24x64");
    add(RMS_NORM_ROPE_APART, "%s apart", (_, s) -> normRope(s))
        .bound(Bound.NORMALISED)
        .checked("5x3x14", "130x4x64");
    add(RMS_NORM_ROPE, "%s in whole numbers", (_, s) -> normRopeInWholeNumbers(s))
        .bound(Bound.EQUAL)
        .dtypes(DType.BF16)
        .checked("33x3x16");
  }

  /** Tokens x heads x head dim. */
  private static Call rope(int[] s) {
    return call(
            activation("x", s[0], features(s)),
            floats("cos", s[0], s[2] / 2),
            floats("sin", s[0], s[2] / 2))
        .with("heads", s[1]);
  }

  private static long features(int[] s) {
    return (long) s[1] * s[2];
  }

  private static Call normRope(int[] s) {
    return call(
            activation("x", s[0], features(s)),
            weight("weight", features(s)),
            floats("cos", s[0], s[2] / 2),
            floats("sin", s[0], s[2] / 2))
        .with("eps", EPS)
        .with("heads", s[1]);
  }

  /**
   * With elements of one magnitude the norm is exact, and its products with whole numbers beyond
   * 256 are often in the middle of two that BF16 has.
   */
  private static Call normRopeInWholeNumbers(int[] s) {
    return call(
            activation("x", Values.cycle(4, -4, -4, 4, 4), s[0], features(s)),
            floats("weight", Values.integers(700), features(s)),
            floats("cos", Values.integers(3), s[0], s[2] / 2),
            floats("sin", Values.integers(3), s[0], s[2] / 2))
        .with("eps", 0)
        .with("heads", s[1]);
  }

  private void gatedSums() {
    add(ADD_GATED, "%s", (_, s) -> call(x(s), activation("y", s[0], s[1]), floats("gate", s[1])))
        .checked("35x130", "1x5", "40x13", "40x520")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            ADD_GATED,
            "%s of the other dtype",
            (_, s) -> call(x(s), other("y", s[0], s[1]), floats("gate", s[1])))
        .checked("40x13", "40x520");
    add(
            ADD_GATED,
            "%s with a gate for each row",
            (_, s) ->
                call(x(s), activation("y", s[0], s[1]), floats("gate", s[0], s[1] + 5))
                    .view("gate", gate -> gate.narrow(1, 5, s[1])))
        .checked("35x130", "40x13", "40x520");
  }
}
