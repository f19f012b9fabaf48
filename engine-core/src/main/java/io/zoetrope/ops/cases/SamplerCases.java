package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Call.call;
import static io.zoetrope.ops.cases.Entry.activation;
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

  private static final Signature LINEAR_COMBINATION =
      new Signature(
          "linearCombinationInto",
          (ops, a) -> {
            Tensor[] terms = a.series("term").toArray(Tensor[]::new);
            Tensor out = ops.allocate(terms[0].dtype(), terms[0].shape());
            ops.linearCombinationInto(out, a.value("weights", double[].class), terms);
            return out;
          });

  /** Into its first term. */
  private static final Signature LINEAR_COMBINATION_IN_PLACE =
      new Signature(
          "linearCombinationInto",
          (ops, a) -> {
            Tensor[] terms = a.series("term").toArray(Tensor[]::new);
            ops.linearCombinationInto(terms[0], a.value("weights", double[].class), terms);
            return terms[0];
          });

  private static final Signature TIMESTEP_EMBEDDING =
      new Signature(
          "timestepEmbedding",
          (ops, a) ->
              ops.timestepEmbedding(
                  a.tensor("timesteps"),
                  a.integer("channels"),
                  a.flag("flipSinToCos"),
                  a.number("downscaleFreqShift")));
  private static final Signature TO_PIXELS =
      new Signature("toPixels", (ops, a) -> ops.toPixels(a.tensor("x")));

  /** 1 for yes, 0 for no. */
  private static final Signature IS_FINITE =
      new Signature(
          "isFinite",
          (ops, a) -> ops.upload(Tensor.of(new float[] {ops.isFinite(a.tensor("x")) ? 1 : 0}, 1)));

  private static final Signature MEAN_DISTANCE =
      new Signature(
          "meanDistance", (ops, a) -> answer(ops, ops.meanDistance(a.tensor("x"), a.tensor("y"))));

  private static final Signature MEAN_MAGNITUDE =
      new Signature("meanDistance", (ops, a) -> answer(ops, ops.meanMagnitude(a.tensor("x"))));

  private final List<Entry> entries = new ArrayList<>();

  private SamplerCases() {}

  static List<Entry> entries() {
    SamplerCases cases = new SamplerCases();
    cases.combinations();
    cases.timesteps();
    cases.pixels();
    cases.finite();
    cases.distances();
    return cases.entries;
  }

  private Entry add(Signature operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void combinations() {
    add(
            LINEAR_COMBINATION,
            "8 of %s",
            (_, s) ->
                call(
                        matrix("term0", s),
                        other("term1", s[0], s[1]),
                        matrix("term2", s),
                        other("term3", s[0], s[1]),
                        matrix("term4", s),
                        matrix("term5", s),
                        other("term6", s[0], s[1]),
                        matrix("term7", s))
                    .with("weights", new double[] {2, -0.75, 1e-3, 1, 30, -1, 0, 0.1}))
        .bound(Bound.ROUNDED)
        .checked(COUNTS);
    for (int terms : new int[] {1, 3}) {
      double[] weights = Arrays.copyOf(new double[] {-0.3, 5, -4}, terms);
      add(
              LINEAR_COMBINATION_IN_PLACE,
              terms + " of %s into the first",
              (_, s) -> {
                List<Operand> operands =
                    List.of(matrix("term0", s), other("term1", s[0], s[1]), matrix("term2", s));
                return call(operands.subList(0, terms)).with("weights", weights);
              })
          .bound(Bound.ROUNDED)
          .checked(COUNTS);
    }
    add(
            LINEAR_COMBINATION_IN_PLACE,
            "%s",
            (_, s) ->
                call(floats("term0", s[0], s[1]), matrix("term1", s))
                    .with("weights", new double[] {1, -0.02}))
        .bound(Bound.ROUNDED)
        .measured(LATENTS)
        .selfTest("150x128", "8192x1536");
  }

  private static Operand matrix(String name, int[] s) {
    return activation(name, s[0], s[1]);
  }

  /** Timesteps x channels. */
  private void timesteps() {
    Values steps = Values.cycle(0, 999, 1, 0.03125f, 731.25f, -250, 1_000_000);
    for (boolean flip : new boolean[] {true, false}) {
      for (float shift : new float[] {0, 0.5f, -0.5f}) {
        boolean usual = flip && shift == 0;
        Entry entry =
            add(
                    TIMESTEP_EMBEDDING,
                    usual ? "%s" : "%s, flip " + flip + ", shift " + shift,
                    (_, s) ->
                        call(floats("timesteps", steps, s[0]))
                            .with("channels", s[1])
                            .with("flipSinToCos", flip)
                            .with("downscaleFreqShift", shift))
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
    add(TO_PIXELS, "%s", (_, s) -> call(activation("x", colours, s[0], s[1])))
        .bound(Bound.EQUAL)
        .checked(COUNTS)
        .measured(FRAMES)
        .selfTest("150x128", "8192x1536");
    add(TO_PIXELS, "%s of any colour", (_, s) -> call(matrix("x", s)))
        .bound(Bound.EQUAL)
        .checked(COUNTS);
  }

  private void finite() {
    add(IS_FINITE, "%s", (_, s) -> call(matrix("x", s)))
        .bound(Bound.EQUAL)
        .checked(COUNTS)
        .measured(FRAMES)
        .selfTest("150x128", null);
    for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
      for (int place : new int[] {0, -1}) {
        String label = "%s with " + value + (place == 0 ? " first" : " last");
        Values spoilt = Values.spoilt(place, value);
        add(IS_FINITE, label, (_, s) -> call(activation("x", spoilt, s[0], s[1])))
            .bound(Bound.EQUAL)
            .checked(COUNTS)
            .selfTest(value > 0 || place != -1 ? null : "150x128", null);
      }
    }
  }

  private static Tensor answer(Ops ops, double value) {
    return ops.upload(Tensor.of(new float[] {(float) value}, 1));
  }

  private void distances() {
    add(MEAN_DISTANCE, "%s", (_, s) -> call(matrix("x", s), other("y", s[0], s[1])))
        .bound(Bound.EQUAL)
        .checked(COUNTS)
        .measured(LATENTS)
        .selfTest("150x128", "8192x1536");
    add(MEAN_MAGNITUDE, "%s alone", (_, s) -> call(matrix("x", s)))
        .bound(Bound.EQUAL)
        .checked(COUNTS);
  }
}
