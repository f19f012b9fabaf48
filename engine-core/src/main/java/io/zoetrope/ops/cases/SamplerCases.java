package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.call;
import static io.zoetrope.ops.cases.Entry.floats;
import static io.zoetrope.ops.cases.Entry.other;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Timesteps, guidance and scheduler steps, pixels. */
final class SamplerCases {
  /** Single elements, groups of 8, and both so many that a thread goes round its loop. */
  private static final String[] COUNTS = {"1x1", "1x7", "1x13", "1x1000", "8x257", "1x4109"};

  /** Latents of the demo model and of 832x480 with 81 frames, in rows. */
  private static final String[] LATENTS = {"16x320", "16x131040"};

  /** Frames of both. */
  private static final String[] FRAMES = {"16384x3", "1597440x3"};

  private final List<Entry> entries = new ArrayList<>();

  private SamplerCases() {}

  static List<Entry> entries() {
    SamplerCases cases = new SamplerCases();
    cases.combinations();
    cases.timesteps();
    cases.pixels();
    cases.finite();
    return cases.entries;
  }

  private Entry add(String operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void combinations() {
    double[] weights = {2, -0.75, 1e-3, 1, 30, -1, 0, 0.1};
    add(
            "linearCombinationInto",
            "8 of %s",
            (_, s) ->
                call(
                    (ops, t) -> {
                      Tensor out = ops.allocate(t.getFirst().dtype(), t.getFirst().shape());
                      ops.linearCombinationInto(out, weights, t.toArray(Tensor[]::new));
                      return out;
                    },
                    x(s),
                    other(s[0], s[1]),
                    x(s),
                    other(s[0], s[1]),
                    x(s),
                    x(s),
                    other(s[0], s[1]),
                    x(s)))
        .bound(Bound.ROUNDED)
        .checked(COUNTS);
    for (int terms : new int[] {1, 3}) {
      double[] few = {-0.3, 5, -4};
      add(
              "linearCombinationInto",
              terms + " of %s into the first",
              (_, s) ->
                  new Entry.Call(
                      (ops, t) -> into(ops, Arrays.copyOf(few, terms), t),
                      List.of(x(s), other(s[0], s[1]), x(s)).subList(0, terms)))
          .bound(Bound.ROUNDED)
          .checked(COUNTS);
    }
    add(
            "linearCombinationInto",
            "%s",
            (_, s) ->
                call((ops, t) -> into(ops, new double[] {1, -0.02}, t), floats(s[0], s[1]), x(s)))
        .bound(Bound.ROUNDED)
        .measured(LATENTS)
        .selfTest("150x128", "8192x1536");
  }

  private static Operand x(int[] s) {
    return activation(s[0], s[1]);
  }

  private static Tensor into(Ops ops, double[] weights, List<Tensor> terms) {
    ops.linearCombinationInto(terms.getFirst(), weights, terms.toArray(Tensor[]::new));
    return terms.getFirst();
  }

  /** Timesteps x channels. */
  private void timesteps() {
    Values steps = Values.cycle(0, 999, 1, 0.03125f, 731.25f, -250, 1_000_000);
    for (boolean flip : new boolean[] {true, false}) {
      for (float shift : new float[] {0, 0.5f, -0.5f}) {
        boolean usual = flip && shift == 0;
        Entry entry =
            add(
                    "timestepEmbedding",
                    usual ? "%s" : "%s, flip " + flip + ", shift " + shift,
                    (_, s) ->
                        call(
                            (ops, t) -> ops.timestepEmbedding(t.getFirst(), s[1], flip, shift),
                            floats(steps, s[0])))
                .bound(Bound.CLOSE)
                .checked("7x1", "7x2", "7x7", "7x256", "7x321");
        if (usual) {
          entry.measured("1x256").selfTest("150x128", "8192x1536");
        }
      }
    }
  }

  private void pixels() {
    // The middle between two pixel values, both ends, and what lies beyond them.
    Values colours =
        Values.cycle(
            -1, 1, 0, -3, 3, -0.99609375f, 0.00390625f, -1 + 1 / 255f, 0.5f, -0.25f, 1e-9f);
    add(
            "toPixels",
            "%s",
            (_, s) -> call((ops, t) -> ops.toPixels(t.getFirst()), activation(colours, s[0], s[1])))
        .bound(Bound.EQUAL)
        .checked(COUNTS)
        .measured(FRAMES)
        .selfTest("150x128", "8192x1536");
    add(
            "toPixels",
            "%s of any colour",
            (_, s) -> call((ops, t) -> ops.toPixels(t.getFirst()), x(s)))
        .bound(Bound.EQUAL)
        .checked(COUNTS);
  }

  private void finite() {
    add("isFinite", "%s", (_, s) -> call(SamplerCases::isFinite, x(s)))
        .bound(Bound.EQUAL)
        .checked(COUNTS)
        .measured(FRAMES)
        .selfTest("150x128", null);
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (int place : new int[] {0, -1}) {
        String label = "%s with " + value + (place == 0 ? " first" : " last");
        Values spoilt = Values.spoilt(place, value);
        add(
                "isFinite",
                label,
                (_, s) -> call(SamplerCases::isFinite, activation(spoilt, s[0], s[1])))
            .bound(Bound.EQUAL)
            .checked(COUNTS)
            .selfTest(value > 0 || place != -1 ? null : "150x128", null);
      }
    }
  }

  /** 1 for yes, 0 for no. */
  private static Tensor isFinite(Ops ops, List<Tensor> t) {
    return ops.upload(Tensor.of(new float[] {ops.isFinite(t.getFirst()) ? 1 : 0}, 1));
  }
}
