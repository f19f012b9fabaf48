package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Call.call;
import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.codes;
import static io.zoetrope.ops.cases.Entry.other;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.encoding.Adjusted;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.RowFactors;
import io.zoetrope.ops.Activation;
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

  private static final Signature ADD =
      new Signature("add", (ops, a) -> ops.add(a.tensor("a"), a.tensor("b")));
  private static final Signature MULTIPLY =
      new Signature("multiply", (ops, a) -> ops.multiply(a.tensor("a"), a.tensor("b")));
  private static final Signature ADD_IN_PLACE =
      new Signature(
          "addInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.addInPlace(x, a.tensor("y"));
            return x;
          });
  private static final Signature ACTIVATE =
      new Signature("activate", (ops, a) -> ops.activate(a.tensor("x"), a.activation()));

  /** Into the place of its operand. */
  private static final Signature ACTIVATE_IN_PLACE =
      new Signature(
          "activate",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.activateInPlace(x, a.activation());
            return x;
          });

  private static final Signature CLAMP =
      new Signature(
          "clampInPlace",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            ops.clampInPlace(x, a.number("min"), a.number("max"));
            return x;
          });
  private static final Signature COPY = new Signature("copy", (ops, a) -> ops.copy(a.tensor("x")));

  /** Into a tensor of another dtype. */
  private static final Signature COPY_INTO =
      new Signature(
          "copy",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            Tensor out = ops.allocate(a.value("dtype", DType.class), x.shape());
            ops.copyInto(out, x);
            return out;
          });

  /** Into the columns of a matrix of another dtype. */
  private static final Signature COPY_INTO_COLUMNS =
      new Signature(
          "copy",
          (ops, a) -> {
            Tensor x = a.tensor("x");
            Tensor out =
                ops.allocate(a.value("dtype", DType.class), Shape.of(x.size(1), x.size(0)));
            ops.copyInto(out.permute(1, 0), x);
            return out;
          });

  private static final Signature CAST =
      new Signature("cast", (ops, a) -> ops.cast(a.tensor("x"), a.value("dtype", DType.class)));
  private static final Signature FILL =
      new Signature(
          "fill",
          (ops, a) -> {
            ops.fill(a.tensor("out"), a.number("value"));
            return a.tensor("whole");
          });
  private static final Signature EMBEDDING =
      new Signature(
          "embedding",
          (ops, a) ->
              ops.embedding(
                  a.tensor("table"), a.value("ids", int[].class), a.value("dtype", DType.class)));
  private static final Signature UPSAMPLE_NEAREST =
      new Signature(
          "upsampleNearest",
          (ops, a) ->
              ops.upsampleNearest(
                  a.tensor("x"),
                  a.integer("frames"),
                  a.integer("height"),
                  a.integer("width"),
                  a.flag("exact")));

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

  private Entry add(Signature operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void sumsAndProducts() {
    String[] shapes = {
      "1x1", "3x5", "17x1", "3x4099", "5x1021", "4099x3", "200x200", "3x40", "700x13", "9x2048"
    };
    add(ADD_IN_PLACE, "%s", (_, s) -> call(matrix("x", s), matrix("y", s)))
        .checked(shapes)
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(ADD_IN_PLACE, "%s of the other dtype", (_, s) -> call(matrix("x", s), other("y", s[1])))
        .checked(shapes);
    for (Signature operation : List.of(ADD, MULTIPLY)) {
      add(operation, "%s and a vector", (_, s) -> call(matrix("a", s), activation("b", s[1])))
          .checked(shapes)
          .measured(TOKENS)
          .selfTest("150x128", "8192x1536");
      add(operation, "%s", (_, s) -> call(matrix("a", s), matrix("b", s))).checked(shapes);
      add(
              operation,
              "%s of the other dtype",
              (_, s) -> call(matrix("a", s), other("b", s[0], s[1])))
          .checked(shapes);
      add(
              operation,
              "%s and a vector of the other dtype",
              (_, s) -> call(matrix("a", s), other("b", s[1])))
          .checked(shapes);
    }
  }

  private static Operand matrix(String name, int[] s) {
    return activation(name, s[0], s[1]);
  }

  private void functions() {
    for (Activation activation : Activation.values()) {
      String name = activation.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      Entry entry =
          add(
                  ACTIVATE,
                  activation == Activation.GELU_TANH ? "%s" : "%s, " + name,
                  (_, s) ->
                      call(activation("x", Values.normal(0, 5), s[0], s[1]))
                          .with("activation", activation))
              .checked("1x1", "1x31", "9x7", "9x8", "1x4099", "9x2048");
      if (activation == Activation.GELU_TANH) {
        entry.measured(TOKENS).selfTest("150x128", "8192x1536");
      }
    }
    add(
            ACTIVATE_IN_PLACE,
            "%s in place",
            (_, s) ->
                call(activation("x", Values.normal(0, 5), s[0], s[1]))
                    .with("activation", Activation.SILU))
        .checked("1x31", "9x8", "9x2048")
        .measured("16384x128");
    Values withNan = Values.spoilt(3, Float.NaN);
    add(
            CLAMP,
            "%s",
            (_, s) ->
                call(activation("x", withNan, s[0], s[1])).with("min", -0.5f).with("max", 0.75f))
        .bound(Bound.EQUAL)
        .dtypes(DType.F32, DType.BF16)
        .checked("9x8", "1x13", "3x4099", "9x2048")
        .measured("16384x3", "262144x3")
        .selfTest("150x128", "8192x1536");
  }

  private void copies() {
    for (int[] order : new int[][] {{0, 1, 2, 3}, {3, 0, 1, 2}, {1, 2, 3, 0}, {2, 0, 3, 1}}) {
      String name = IntStream.of(order).mapToObj(Integer::toString).reduce("", String::concat);
      UnaryOperator<Tensor> view = x -> x.permute(order).narrow(2, 1, 2);
      add(COPY, "part of %s ordered " + name, (_, s) -> call(video("x", s)).view("x", view))
          .bound(Bound.EQUAL)
          .checked("3x5x7x4");
      add(
              COPY_INTO,
              "part of %s ordered " + name + ", converted",
              (dtype, s) -> call(video("x", s)).view("x", view).with("dtype", otherDType(dtype)))
          .bound(Bound.EQUAL)
          .checked("3x5x7x4");
    }
    add(
            COPY,
            "%s channels last",
            (_, s) -> call(video("x", s)).view("x", x -> x.permute(1, 2, 3, 0)))
        .bound(Bound.EQUAL)
        .checked("3x2x4x5")
        .measured("16x5x8x8", "16x5x32x32", "3x17x256x256");
    add(COPY, "%s transposed", (_, s) -> call(matrix("x", s)).view("x", x -> x.permute(1, 0)))
        .bound(Bound.EQUAL)
        .checked("130x67", "5x3")
        .selfTest("150x128", "8192x1536");
    add(
            COPY_INTO_COLUMNS,
            "%s transposed and converted",
            (dtype, s) -> call(matrix("x", s)).with("dtype", otherDType(dtype)))
        .bound(Bound.EQUAL)
        .checked("130x67", "5x3");
  }

  private static Operand video(String name, int[] s) {
    return activation(name, s[0], s[1], s[2], s[3]);
  }

  private static DType otherDType(DType dtype) {
    return dtype == DType.F32 ? DType.BF16 : DType.F32;
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
            CAST,
            "%s of special values",
            (dtype, s) -> call(activation("x", special, s[0])).with("dtype", otherDType(dtype)))
        .bound(Bound.EQUAL)
        .checked("64");
    add(CAST, "%s", (dtype, s) -> call(matrix("x", s)).with("dtype", otherDType(dtype)))
        .bound(Bound.EQUAL)
        .checked("3x5", "9x2048")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
  }

  private void fills() {
    add(FILL, "%s", (_, s) -> fill(s, 7, whole -> whole))
        .bound(Bound.EQUAL)
        .checked("6x40", "3x7")
        .measured(TOKENS)
        .selfTest("150x128", "8192x1536");
    add(FILL, "%s with NaN", (_, s) -> fill(s, Float.NaN, whole -> whole))
        .bound(Bound.EQUAL)
        .checked("6x5");
    add(FILL, "part of %s", (_, s) -> fill(s, -2.5f, whole -> whole.narrow(1, 1, 3)))
        .bound(Bound.EQUAL)
        .checked("6x5");
  }

  private static Call fill(int[] s, float value, UnaryOperator<Tensor> part) {
    return call(matrix("whole", s)).view("out", "whole", part).with("value", value);
  }

  private void lookUps() {
    add(
            EMBEDDING,
            "5 of %s",
            (dtype, s) ->
                call(weight("table", s[0], s[1]))
                    .with("ids", new int[] {s[0] - 1, 0, 3, 3, 5})
                    .with("dtype", dtype))
        .bound(Bound.EQUAL)
        .everyWeight()
        .checked("11x37", "7x257", "7x2056")
        .selfTest("80x128", "512x1536");
    add(
            EMBEDDING,
            "%s",
            (dtype, s) ->
                call(weight("table", 2048, s[1]))
                    .with("ids", IntStream.range(0, s[0]).map(i -> i * 37 % 2048).toArray())
                    .with("dtype", dtype))
        .measured("32x128", "512x4096");
    for (GgmlBlocks blocks : GgmlBlocks.values()) {
      storedTable(blocks.name(), (_, _) -> blocks).checked("7x512").selfTest("80x256");
    }
    for (DType dtype : List.of(DType.F8_E4M3, DType.F8_E5M2, DType.I8)) {
      Plain plain = new Plain(dtype);
      storedTable(dtype + " by row", (rows, row) -> scaled(plain, "by row", rows, row));
      storedTable(dtype + " scaled", (rows, row) -> scaled(plain, "scaled", 1, rows * row));
      if (plain.holdsNumbers()) {
        storedTable(dtype.name(), (_, _) -> plain);
      }
    }
  }

  /** How a table of so many rows of so many elements is stored. */
  @FunctionalInterface
  private interface FormOf {
    Encoding of(int rows, int row);
  }

  /** Every format that tables keep while rows of them are looked up. */
  private Entry storedTable(String form, FormOf of) {
    return add(
            EMBEDDING,
            "%s in " + form,
            (dtype, s) ->
                call(codes("table", of.of(s[0], s[1]), dtype, s[0], s[1]))
                    .with("ids", new int[] {s[0] - 1, 0, 3, 3, 5})
                    .with("dtype", dtype))
        .bound(Bound.EQUAL)
        .checked("7x37", "7x256")
        .selfTest("80x128");
  }

  private static Encoding scaled(Plain codes, String change, int factors, int row) {
    float[] values = new float[factors];
    for (int i = 0; i < factors; i++) {
      values[i] = 0.7f + 0.01f * i;
    }
    return new Adjusted(codes, change, new RowFactors(values, row));
  }

  private void resizing() {
    String[] checked = {
      "3x2x6x10", "16x2x6x10", "3x3x7x5", "3x2x2x3", "16x3x7x4", "3x5x3x11", "16x1x2x3"
    };
    for (boolean exact : new boolean[] {false, true}) {
      // Channels x frames x height x width of the result.
      add(
              UPSAMPLE_NEAREST,
              "2x3x5 to %s" + (exact ? ", exact" : ""),
              (_, s) ->
                  call(activation("x", 2, 3, 5, s[0]))
                      .with("frames", s[1])
                      .with("height", s[2])
                      .with("width", s[3])
                      .with("exact", exact))
          .bound(Bound.EQUAL)
          .checked(checked);
    }
    add(
            UPSAMPLE_NEAREST,
            "%s",
            (_, s) ->
                call(video("x", s))
                    .with("frames", s[0])
                    .with("height", 2 * s[1])
                    .with("width", 2 * s[2])
                    .with("exact", false))
        .measured("2x8x8x64", "2x32x32x384", "4x128x128x192")
        .selfTest("2x5x5x96", "4x240x240x96");
  }
}
