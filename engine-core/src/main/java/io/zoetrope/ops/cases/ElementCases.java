package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.call;
import static io.zoetrope.ops.cases.Entry.other;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/** Sums, products, functions of elements, copies, look-ups and resizing. */
final class ElementCases {
  private static final String[] TOKENS = {"80x256", "1280x1536", "1560x1536"};

  private final List<Entry> entries = new ArrayList<>();

  private ElementCases() {}

  static List<Entry> entries() {
    ElementCases cases = new ElementCases();
    cases.sumsAndProducts();
    cases.functions();
    cases.copies();
    cases.casts();
    cases.fills();
    cases.lookUps();
    cases.resizing();
    return cases.entries;
  }

  private Entry add(String operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void sumsAndProducts() {
    String[] shapes = {
      "1x1", "3x5", "17x1", "3x4099", "5x1021", "4099x3", "200x200", "3x40", "700x13", "9x2048"
    };
    add("addInPlace", "%s", (_, s) -> call(ElementCases::addInPlace, x(s), x(s)))
        .checked(shapes)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "addInPlace",
            "%s of the other dtype",
            (_, s) -> call(ElementCases::addInPlace, x(s), other(s[1])))
        .checked(shapes);
    for (boolean product : new boolean[] {false, true}) {
      String operation = product ? "multiply" : "add";
      OperationCase.Computation computation =
          product
              ? (ops, t) -> ops.multiply(t.get(0), t.get(1))
              : (ops, t) -> ops.add(t.get(0), t.get(1));
      add(operation, "%s and a vector", (_, s) -> call(computation, x(s), activation(s[1])))
          .checked(shapes)
          .measured(TOKENS)
          .selfTest("150x128", "8192x1536");
      add(operation, "%s", (_, s) -> call(computation, x(s), x(s))).checked(shapes);
      add(operation, "%s of the other dtype", (_, s) -> call(computation, x(s), other(s[0], s[1])))
          .checked(shapes);
      add(
              operation,
              "%s and a vector of the other dtype",
              (_, s) -> call(computation, x(s), other(s[1])))
          .checked(shapes);
    }
  }

  private static Operand x(int[] s) {
    return activation(s[0], s[1]);
  }

  private static Tensor addInPlace(Ops ops, List<Tensor> t) {
    ops.addInPlace(t.get(0), t.get(1));
    return t.get(0);
  }

  private void functions() {
    for (Activation activation : Activation.values()) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      Entry entry =
          add(
                  "activate",
                  activation == Activation.GELU_TANH ? "%s" : "%s, " + name,
                  (_, s) ->
                      call(
                          (ops, t) -> ops.activate(t.getFirst(), activation),
                          activation(Values.normal(0, 5), s[0], s[1])))
              .checked("1x1", "1x31", "9x7", "9x8", "1x4099", "9x2048");
      if (activation == Activation.GELU_TANH) {
        entry.measured(TOKENS).selfTest("150x128", "8192x1536");
      }
    }
    Values withNan = Values.spoilt(3, Float.NaN);
    add("clampInPlace", "%s", (_, s) -> call(ElementCases::clamp, activation(withNan, s[0], s[1])))
        .bound(Bound.EQUAL)
        .dtypes(DType.F32, DType.BF16)
        .checked("9x8", "1x13", "3x4099", "9x2048")
        .measured("16384x3", "262144x3")
        .selfTest("150x128", "8192x1536");
  }

  private static Tensor clamp(Ops ops, List<Tensor> t) {
    ops.clampInPlace(t.getFirst(), -0.5f, 0.75f);
    return t.getFirst();
  }

  private void copies() {
    for (int[] order : new int[][] {{0, 1, 2, 3}, {3, 0, 1, 2}, {1, 2, 3, 0}, {2, 0, 3, 1}}) {
      String name = IntStream.of(order).mapToObj(Integer::toString).reduce("", String::concat);
      UnaryOperator<Tensor> view = x -> x.permute(order).narrow(2, 1, 2);
      add(
              "copy",
              "part of %s ordered " + name,
              (_, s) -> call((ops, t) -> ops.copy(view.apply(t.getFirst())), video(s)))
          .bound(Bound.EQUAL)
          .checked("3x5x7x4");
      add(
              "copy",
              "part of %s ordered " + name + ", converted",
              (_, s) -> call((ops, t) -> converted(ops, view.apply(t.getFirst())), video(s)))
          .bound(Bound.EQUAL)
          .checked("3x5x7x4");
    }
    add(
            "copy",
            "%s channels last",
            (_, s) -> call((ops, t) -> ops.copy(t.getFirst().permute(1, 2, 3, 0)), video(s)))
        .bound(Bound.EQUAL)
        .checked("3x2x4x5")
        .measured("16x5x8x8", "16x5x32x32", "3x17x256x256");
    add("copy", "%s transposed", (_, s) -> call(ElementCases::transposed, x(s)))
        .bound(Bound.EQUAL)
        .checked("130x67", "5x3")
        .selfTest("150x128", "8192x1536");
    add(
            "copy",
            "%s transposed and converted",
            (_, s) -> call(ElementCases::convertedTransposed, x(s)))
        .bound(Bound.EQUAL)
        .checked("130x67", "5x3");
  }

  private static Operand video(int[] s) {
    return activation(s[0], s[1], s[2], s[3]);
  }

  private static DType otherDType(Tensor x) {
    return x.dtype() == DType.F32 ? DType.BF16 : DType.F32;
  }

  private static Tensor converted(Ops ops, Tensor view) {
    Tensor out = ops.allocate(otherDType(view), view.shape());
    ops.copyInto(out, view);
    return out;
  }

  private static Tensor transposed(Ops ops, List<Tensor> t) {
    return ops.copy(t.getFirst().permute(1, 0));
  }

  private static Tensor convertedTransposed(Ops ops, List<Tensor> t) {
    Tensor x = t.getFirst();
    Tensor out = ops.allocate(otherDType(x), Shape.of(x.size(1), x.size(0)));
    ops.copyInto(out.permute(1, 0), x);
    return out;
  }

  /** Narrowing rounds to nearest even, keeps infinities and NaN. */
  private void casts() {
    Values special =
        Values.cycle(
            0f,
            -0f,
            1f,
            1.00390625f,
            1.01171875f,
            Float.MAX_VALUE,
            -Float.MAX_VALUE,
            Float.MIN_VALUE,
            Float.POSITIVE_INFINITY,
            Float.NEGATIVE_INFINITY,
            Float.NaN,
            3.3895314e38f,
            65504f,
            1e-40f,
            0x1.010002p0f,
            0x1.00fffep0f,
            -0x1.03p0f);
    add(
            "cast",
            "%s of special values",
            (_, s) -> call(ElementCases::cast, activation(special, s[0])))
        .bound(Bound.EQUAL)
        .checked("64");
    add("cast", "%s", (_, s) -> call(ElementCases::cast, x(s)))
        .bound(Bound.EQUAL)
        .checked("3x5", "9x2048")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
  }

  private static Tensor cast(Ops ops, List<Tensor> t) {
    return ops.cast(t.getFirst(), otherDType(t.getFirst()));
  }

  private void fills() {
    add("fill", "%s", (_, s) -> call((ops, t) -> fill(ops, t.getFirst(), t.getFirst(), 7), x(s)))
        .bound(Bound.EQUAL)
        .checked("6x40", "3x7")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(
            "fill",
            "%s with NaN",
            (_, s) -> call((ops, t) -> fill(ops, t.getFirst(), t.getFirst(), Float.NaN), x(s)))
        .bound(Bound.EQUAL)
        .checked("6x5");
    add(
            "fill",
            "part of %s",
            (_, s) ->
                call(
                    (ops, t) -> fill(ops, t.getFirst().narrow(1, 1, 3), t.getFirst(), -2.5f), x(s)))
        .bound(Bound.EQUAL)
        .checked("6x5");
  }

  private static Tensor fill(Ops ops, Tensor part, Tensor whole, float value) {
    ops.fill(part, value);
    return whole;
  }

  private void lookUps() {
    add(
            "embedding",
            "5 of %s",
            (dtype, s) -> {
              int[] ids = {s[0] - 1, 0, 3, 3, 5};
              return call((ops, t) -> ops.embedding(t.getFirst(), ids, dtype), weight(s[0], s[1]));
            })
        .bound(Bound.EQUAL)
        .everyWeight()
        .checked("11x37", "7x257", "7x2056")
        .selfTest("80x128", "512x1536");
    add(
            "embedding",
            "%s",
            (dtype, s) -> {
              int[] ids = IntStream.range(0, s[0]).map(i -> i * 37 % 2048).toArray();
              return call((ops, t) -> ops.embedding(t.getFirst(), ids, dtype), weight(2048, s[1]));
            })
        .measured("32x128", "512x4096");
  }

  private void resizing() {
    String[] checked = {
      "3x2x6x10", "16x2x6x10", "3x3x7x5", "3x2x2x3", "16x3x7x4", "3x5x3x11", "16x1x2x3"
    };
    for (boolean exact : new boolean[] {false, true}) {
      // Channels x frames x height x width of the result.
      add(
              "upsampleNearest",
              "2x3x5 to %s" + (exact ? ", exact" : ""),
              (_, s) ->
                  call(
                      (ops, t) -> ops.upsampleNearest(t.getFirst(), s[1], s[2], s[3], exact),
                      activation(2, 3, 5, s[0])))
          .bound(Bound.EQUAL)
          .checked(checked);
    }
    add(
            "upsampleNearest",
            "%s",
            (_, s) ->
                call(
                    (ops, t) ->
                        ops.upsampleNearest(t.getFirst(), s[0], 2L * s[1], 2L * s[2], false),
                    video(s)))
        .measured("2x8x8x64", "2x32x32x384", "4x128x128x192")
        .selfTest("2x5x5x96", "4x240x240x96");
  }
}
