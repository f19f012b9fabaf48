package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.call;
import static io.zoetrope.ops.cases.Entry.floats;
import static io.zoetrope.ops.cases.Entry.other;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Norms, rotations and sums with a gate, by rows x features. */
final class RowCases {
  private static final float EPS = 1e-6f;

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

  private Entry add(String operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void layerNorms() {
    add(
            "layerNorm",
            "%s",
            (_, s) ->
                call(
                    (ops, t) -> ops.layerNorm(t.get(0), t.get(1), t.get(2), EPS),
                    activation(s[0], s[1]),
                    weight(s[1]),
                    weight(s[1])))
        .checked(ROWS)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "layerNorm",
            "%s without bias, weight [1, features]",
            (_, s) ->
                call(
                    (ops, t) -> ops.layerNorm(t.get(0), t.get(1), null, EPS),
                    activation(s[0], s[1]),
                    weight(1, s[1])))
        .checked("301x37", "3x520");
    add(
            "layerNorm",
            "%s without weight and bias",
            (_, s) ->
                call(
                    (ops, t) -> ops.layerNorm(t.getFirst(), null, null, 0.1f),
                    activation(s[0], s[1])))
        .checked(ROWS);
    // The rounding of a large mean must not hide a small variance.
    add(
            "layerNorm",
            "%s of large mean",
            (_, s) ->
                call(
                    (ops, t) -> ops.layerNorm(t.getFirst(), null, null, EPS),
                    activation(Values.normal(100, 0.01f), s[0], s[1])))
        .dtypes(DType.F32)
        .checked("4x512", "2x301", "2x304");
    add(
            "adaLayerNorm",
            "%s",
            (_, s) ->
                call(
                    (ops, t) -> ops.adaLayerNorm(t.get(0), t.get(1), t.get(2), EPS),
                    activation(s[0], s[1]),
                    floats(s[1]),
                    floats(s[1])))
        .checked("35x130", "4x13", "4x520")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "adaLayerNorm",
            "%s with a scale and a shift for each row",
            (_, s) ->
                call(
                    (ops, t) ->
                        ops.adaLayerNorm(
                            t.get(0),
                            t.get(1).narrow(1, 0, s[1]),
                            t.get(1).narrow(1, s[1] + 5, s[1]),
                            EPS),
                    activation(s[0], s[1]),
                    floats(s[0], 2L * s[1] + 5)))
        .checked("35x130", "4x13", "4x520");
  }

  private void otherNorms() {
    add(
            "rmsNorm",
            "%s",
            (_, s) ->
                call(
                    (ops, t) -> ops.rmsNorm(t.get(0), t.get(1), EPS),
                    activation(s[0], s[1]),
                    weight(s[1])))
        .checked(ROWS)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "rmsNorm",
            "%s of large epsilon, weight [1, features]",
            (_, s) ->
                call(
                    (ops, t) -> ops.rmsNorm(t.get(0), t.get(1), 0.1f),
                    activation(s[0], s[1]),
                    weight(1, s[1])))
        .checked("301x37", "3x520");
    for (Activation activation : Activation.values()) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      Entry entry =
          add(
                  "channelNorm",
                  activation == Activation.SILU ? "%s" : "%s, " + name,
                  (_, s) -> channelNorm(s, Values.NORMAL, activation))
              .checked("11x96", "1x1", "3x2", "7x5", "11x5", "11x135", "11x1096", "301x37");
      if (activation == Activation.SILU) {
        entry
            .measured("16384x16", "1024x384", "8192x384", "65536x192", "262144x96")
            .selfTest("50x96", "230400x96");
      }
    }
    add("channelNorm", "%s of zeros", (_, s) -> channelNorm(s, Values.cycle(0), Activation.SILU))
        .bound(Bound.EQUAL)
        .checked("3x16");
  }

  private static Entry.Call channelNorm(int[] s, Values x, Activation activation) {
    return call(
        (ops, t) -> ops.channelNorm(t.get(0), t.get(1), activation),
        activation(x, s[0], s[1]),
        weight(s[1], 1, 1, 1));
  }

  /** Groups x samples x positions x channels. */
  private void groupNorms() {
    String[] shapes = {
      "4x2x21x16", "1x1x1x1", "3x1x5x3", "2x3x7x10", "8x2x513x24", "4x1x37x132", "32x1x300x128"
    };
    add("groupNorm", "%s", (_, s) -> groupNorm(s, Values.NORMAL, Activation.SILU))
        .checked(shapes)
        .measured("8x1x16384x64", "32x4x4096x256", "32x1x65536x128", "32x1x262144x128")
        .selfTest("4x2x75x32", "32x4x57600x128");
    for (Activation activation :
        List.of(Activation.NONE, Activation.GELU_TANH, Activation.GELU_ERF)) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      add("groupNorm", "%s, " + name, (_, s) -> groupNorm(s, Values.NORMAL, activation))
          .checked("2x3x7x10", "4x2x21x32");
    }
    // Parts of a group in several blocks; the mean is large beside the deviations.
    add(
            "groupNorm",
            "%s of large mean",
            (_, s) -> groupNorm(s, Values.normal(100, 0.01f), Activation.NONE))
        .dtypes(DType.F32)
        .checked("4x2x75x16", "2x1x2053x32", "1x1x4099x5");
    add(
            "groupNorm",
            "%s without weight and bias",
            (_, s) ->
                call(
                    (ops, t) ->
                        ops.groupNorm(t.getFirst(), null, null, s[0], 0.1f, Activation.NONE),
                    activation(s[1], s[2], s[3])))
        .checked("4x2x21x16", "2x3x7x10");
  }

  private static Entry.Call groupNorm(int[] s, Values x, Activation activation) {
    return call(
        (ops, t) -> ops.groupNorm(t.get(0), t.get(1), t.get(2), s[0], EPS, activation),
        activation(x, s[1], s[2], s[3]),
        weight(s[3]),
        weight(s[3]));
  }

  private void rotations() {
    String[] heads = {"5x3x14", "1x1x2", "130x4x64", "25x3x64", "25x3x14", "1x1x6"};
    add("ropeInPlace", "%s", (_, s) -> rope(s))
        .bound(Bound.ROTATED)
        .checked(heads)
        .measured("80x4x64", "1280x12x128")
        .selfTest("150x2x64", "8192x24x64");
    add("rmsNormRopeInPlace", "%s", (_, s) -> normRope(s, EPS, Values.NORMAL, RowCases::inPlace))
        .bound(Bound.NORMALISED)
        .checked("5x3x14", "1x1x2", "130x4x64", "3x41x128", "5x3x64")
        .measured("80x4x64", "1280x12x128")
        .selfTest("150x2x64", "8192x24x64");
    add(
            "rmsNormRopeInPlace",
            "%s apart",
            (_, s) -> normRope(s, EPS, Values.NORMAL, RowCases::apart))
        .bound(Bound.NORMALISED)
        .checked("5x3x14", "130x4x64");
    // With elements of one magnitude the norm is exact, and its products with whole numbers beyond
    // 256 are often in the middle of two that BF16 has.
    add(
            "rmsNormRopeInPlace",
            "%s in whole numbers",
            (_, s) -> normRope(s, 0, Values.cycle(4, -4, -4, 4, 4), RowCases::inPlace))
        .bound(Bound.EQUAL)
        .dtypes(DType.BF16)
        .checked("33x3x16");
  }

  /** Tokens x heads x head dim. */
  private static Entry.Call rope(int[] s) {
    return call(
        (ops, t) -> {
          ops.ropeInPlace(t.get(0), t.get(1), t.get(2), s[1]);
          return t.get(0);
        },
        activation(s[0], (long) s[1] * s[2]),
        floats(s[0], s[2] / 2),
        floats(s[0], s[2] / 2));
  }

  private interface NormRope {
    Tensor of(Ops ops, List<Tensor> t, float eps, int heads);
  }

  private static Entry.Call normRope(int[] s, float eps, Values x, NormRope operation) {
    long features = (long) s[1] * s[2];
    boolean whole = eps == 0;
    Values angles = whole ? Values.integers(3) : Values.NORMAL;
    Values factors = whole ? Values.integers(700) : Values.NORMAL;
    return call(
        (ops, t) -> operation.of(ops, t, eps, s[1]),
        activation(x, s[0], features),
        whole ? floats(factors, features) : weight(features),
        floats(angles, s[0], s[2] / 2),
        floats(angles, s[0], s[2] / 2));
  }

  private static Tensor inPlace(Ops ops, List<Tensor> t, float eps, int heads) {
    ops.rmsNormRopeInPlace(t.get(0), t.get(1), eps, t.get(2), t.get(3), heads);
    return t.get(0);
  }

  private static Tensor apart(Ops ops, List<Tensor> t, float eps, int heads) {
    Tensor out = ops.allocate(t.get(0).dtype(), t.get(0).shape());
    ops.backend().run(new RmsNormRope(out, t.get(0), t.get(1), eps, t.get(2), t.get(3), heads));
    return out;
  }

  private void gatedSums() {
    add("addGatedInPlace", "%s", (_, s) -> gatedSum(s, activation(s[0], s[1]), floats(s[1]), 0))
        .checked("35x130", "1x5", "40x13", "40x520")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "addGatedInPlace",
            "%s of the other dtype",
            (_, s) -> gatedSum(s, other(s[0], s[1]), floats(s[1]), 0))
        .checked("40x13", "40x520");
    add(
            "addGatedInPlace",
            "%s with a gate for each row",
            (_, s) -> gatedSum(s, activation(s[0], s[1]), floats(s[0], s[1] + 5), 5))
        .checked("35x130", "40x13", "40x520");
  }

  private static Entry.Call gatedSum(int[] s, Operand y, Operand gate, int start) {
    return call(
        (ops, t) -> {
          Tensor rows = start == 0 ? t.get(2) : t.get(2).narrow(1, start, s[1]);
          ops.addGatedInPlace(t.get(0), t.get(1), rows);
          return t.get(0);
        },
        activation(s[0], s[1]),
        y,
        gate);
  }
}
