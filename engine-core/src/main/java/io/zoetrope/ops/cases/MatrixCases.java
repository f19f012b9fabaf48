package io.zoetrope.ops.cases;

import static io.zoetrope.ops.cases.Call.call;
import static io.zoetrope.ops.cases.Entry.activation;
import static io.zoetrope.ops.cases.Entry.floats;
import static io.zoetrope.ops.cases.Entry.weight;

import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Linear maps, by rows x in features x out features; attention. */
final class MatrixCases {
  private static final String[] MATRICES = {
    "70x104x136", "1x1x1", "5x3x2", "7x17x33", "13x256x15", "97x37x129", "193x31x257", "29x521x16"
  };

  private static final Signature LINEAR =
      new Signature(
          "linear",
          (ops, a) ->
              ops.linear(a.tensor("x"), a.tensor("weight"), a.optional("bias"), a.activation()));
  private static final Signature LINEARS =
      new Signature(
          "linears",
          (ops, a) ->
              ops.linears(a.tensor("x"), a.series("weight"), biases(a)).get(a.integer("number")));

  /** In memory of its own, whatever the results of the others are. */
  private static final Signature LINEARS_COPIED =
      new Signature("linears", (ops, a) -> ops.copy(LINEARS.call(ops, a)));

  private static final Signature LINEAR_ADD =
      new Signature(
          "linearAddInPlace",
          (ops, a) -> {
            Tensor out = a.tensor("out");
            ops.linearAddInPlace(
                out, a.tensor("x"), a.tensor("weight"), a.optional("bias"), a.optional("gate"));
            return out;
          });
  private static final Signature LINEAR_MULTIPLY =
      new Signature(
          "linearMultiplyInPlace",
          (ops, a) -> {
            Tensor out = a.tensor("out");
            ops.linearMultiplyInPlace(out, a.tensor("x"), a.tensor("weight"), a.optional("bias"));
            return out;
          });
  private static final Signature ATTENTION =
      new Signature(
          "attention",
          (ops, a) ->
              ops.attention(
                  a.tensor("q"),
                  a.tensor("k"),
                  a.tensor("v"),
                  a.integer("heads"),
                  a.number("scale"),
                  a.optional("bias")));

  private final List<Entry> entries = new ArrayList<>();

  private MatrixCases() {}

  static List<Entry> entries() {
    MatrixCases cases = new MatrixCases();
    cases.linear();
    cases.linears();
    cases.linearAdd();
    cases.linearMultiply();
    cases.attention();
    return cases.entries;
  }

  private Entry add(Signature operation, String label, Entry.Maker maker) {
    Entry entry = new Entry(operation, label, maker);
    entries.add(entry);
    return entry;
  }

  private void linear() {
    add(LINEAR, "%s", (_, s) -> linear(s, Activation.NONE))
        .bound(Bound.SUMS)
        .everyWeight()
        .checked(
            "1x1x1",
            "5x3x2",
            "6x16x16",
            "7x17x33",
            "1x257x31",
            "13x256x15",
            "97x37x129",
            "193x31x47",
            "29x521x257",
            "67x21x70")
        .measured(
            "80x256x256",
            "80x1024x256",
            "512x256x256",
            "1x1536x9216",
            "512x4096x1536",
            "1280x1536x1536",
            "1560x1536x1536",
            "1280x8960x1536",
            "1560x8960x1536")
        .selfTest("150x128x136", "8192x1536x8960");
    add(LINEAR, "%s silu", (_, s) -> linear(s, Activation.SILU))
        .bound(Bound.SUMS)
        .anyWeights()
        .checked("70x40x72", "11x19x37", "7x5x64")
        .selfTest("150x128x136", "8192x1536x8960");
    add(LINEAR, "%s gelu", (_, s) -> linear(s, Activation.GELU_TANH))
        .bound(Bound.SUMS)
        .anyWeights()
        .checked("70x40x72", "11x19x37", "7x5x64")
        .measured("80x256x1024", "1280x1536x8960", "1560x1536x8960")
        .selfTest("150x128x136", "8192x1536x8960");
    add(LINEAR, "%s gelu by erf", (_, s) -> linear(s, Activation.GELU_ERF))
        .bound(Bound.SUMS)
        .anyWeights()
        .checked("70x40x72", "11x19x37", "7x5x64")
        .selfTest("150x128x136", "8192x1536x8960");
    add(
            LINEAR,
            "%s without bias",
            (_, s) -> call(activation("x", s[0], s[1]), weight("weight", s[2], s[1])))
        .bound(Bound.SUMS)
        .checked("130x136x136", "2x19x16", "70x40x3", "3x40x64", "67x21x70", "7x5x64");
    add(
            LINEAR,
            "%s silu without bias",
            (_, s) ->
                call(activation("x", s[0], s[1]), weight("weight", s[2], s[1]))
                    .with("activation", Activation.SILU))
        .bound(Bound.SUMS)
        .anyWeights()
        .checked("7x5x64");
    add(
            LINEAR,
            "%s with a bias in float32",
            (_, s) ->
                call(
                    activation("x", s[0], s[1]),
                    weight("weight", s[2], s[1]),
                    floats("bias", s[2])))
        .bound(Bound.SUMS)
        .checked("130x136x131", "5x19x9");
  }

  private static Call linear(int[] s, Activation activation) {
    return call(activation("x", s[0], s[1]), weight("weight", s[2], s[1]), weight("bias", s[2]))
        .with("activation", activation);
  }

  /** As many as weights; null where a map has none. */
  private static List<Tensor> biases(Arguments a) {
    List<Tensor> biases = new ArrayList<>();
    for (int i = 0; a.optional("weight" + i) != null; i++) {
      biases.add(a.optional("bias" + i));
    }
    return biases;
  }

  private void linears() {
    for (int i = 0; i < 3; i++) {
      int number = i;
      add(
              LINEARS_COPIED,
              "number " + i + " of 3 of %s",
              (_, s) ->
                  call(
                          activation("x", s[0], s[1]),
                          weight("weight0", s[2], s[1]),
                          weight("weight1", 1, s[1]),
                          weight("weight2", s[2] + 1, s[1]),
                          weight("bias0", s[2]),
                          weight("bias2", s[2] + 1))
                      .with("number", number))
          .bound(Bound.SUMS)
          .anyWeights()
          .checked(MATRICES);
    }
    add(
            LINEARS,
            "3 of %s",
            (_, s) ->
                call(
                        activation("x", s[0], s[1]),
                        weight("weight0", s[2], s[1]),
                        weight("weight1", s[2], s[1]),
                        weight("weight2", s[2], s[1]),
                        weight("bias0", s[2]),
                        weight("bias1", s[2]),
                        weight("bias2", s[2]))
                    .with("number", 0))
        .measured("80x256x256", "1280x1536x1536", "1560x1536x1536")
        .selfTest("150x128x136", "8192x1536x1536");
  }

  private void linearAdd() {
    add(
            LINEAR_ADD,
            "%s without bias and gate",
            (_, s) ->
                call(
                    activation("out", s[0], s[2]),
                    activation("x", s[0], s[1]),
                    weight("weight", s[2], s[1])))
        .bound(Bound.ADDED)
        .anyWeights()
        .checked(MATRICES);
    add(LINEAR_ADD, "%s", (_, s) -> gated(s, Values.NORMAL, 1, 1, 1, 1))
        .bound(Bound.ADDED)
        .checked(MATRICES)
        .measured("80x1024x256", "1280x1536x1536", "1280x8960x1536", "1560x8960x1536")
        .selfTest("150x136x128", "8192x8960x1536");
    add(LINEAR_ADD, "%s with a gate for each row", (_, s) -> gatedByRows(s, Values.NORMAL))
        .bound(Bound.ADDED)
        .anyWeights()
        .checked("70x104x33", "1x1x1", "7x17x33", "35x37x136", "97x37x129");
    add(LINEAR_ADD, "%s in whole numbers", (_, s) -> gated(s, null, 300, 15, 100, 3))
        .bound(Bound.EQUAL)
        .dtypes(DType.BF16)
        .matchingWeights()
        .checked("35x64x130");
    add(
            LINEAR_ADD,
            "%s in whole numbers with a gate for each row",
            (_, s) -> gatedByRows(s, Values.integers(3)))
        .bound(Bound.EQUAL)
        .dtypes(DType.BF16)
        .matchingWeights()
        .checked("35x64x130");
  }

  /** Whole numbers up to the given ones unless there are values for all. */
  private static Call gated(int[] s, Values values, int sum, int factor, int bias, int gate) {
    return call(
        activation("out", or(values, sum), s[0], s[2]),
        activation("x", or(values, factor), s[0], s[1]),
        weight("weight", or(values, factor), s[2], s[1]),
        weight("bias", or(values, bias), s[2]),
        floats("gate", or(values, gate), s[2]));
  }

  private static Values or(Values values, int largest) {
    return values == null ? Values.integers(largest) : values;
  }

  /** The gate is the middle third of a table. */
  private static Call gatedByRows(int[] s, Values values) {
    return call(
            activation("out", values, s[0], s[2]),
            activation("x", values, s[0], s[1]),
            weight("weight", values, s[2], s[1]),
            floats("gate", values, s[0], 3L * s[2]))
        .view("gate", table -> table.narrow(1, s[2], s[2]));
  }

  private void linearMultiply() {
    add(
            LINEAR_MULTIPLY,
            "%s with a bias",
            (_, s) ->
                call(
                    activation("out", s[0], s[2]),
                    activation("x", s[0], s[1]),
                    weight("weight", s[2], s[1]),
                    weight("bias", s[2])))
        .bound(Bound.MULTIPLIED)
        .everyWeight()
        .checked(MATRICES)
        .selfTest("150x136x128", "8192x8960x1536");
    for (boolean exact : new boolean[] {false, true}) {
      add(
              LINEAR_MULTIPLY,
              "%s with a bias " + (exact ? "in float32" : "of its dtype"),
              (_, s) ->
                  call(
                      activation("out", s[0], s[2]),
                      activation("x", s[0], s[1]),
                      weight("weight", s[2], s[1]),
                      exact ? floats("bias", s[2]) : weight("bias", s[2])))
          .bound(Bound.MULTIPLIED)
          .dtypes(DType.BF16)
          .matchingWeights()
          .checked("130x104x136", "130x104x33");
    }
    add(
            LINEAR_MULTIPLY,
            "%s",
            (_, s) ->
                call(
                    activation("out", s[0], s[2]),
                    activation("x", s[0], s[1]),
                    weight("weight", s[2], s[1])))
        .bound(Bound.MULTIPLIED)
        .checked("130x104x136", "35x37x33", "130x104x33", "35x37x136")
        .measured("32x128x256", "512x4096x10240");
    add(
            LINEAR_MULTIPLY,
            "%s in whole numbers",
            (_, s) ->
                call(
                    activation("out", Values.integers(100), s[0], s[2]),
                    activation("x", Values.integers(15), s[0], s[1]),
                    weight("weight", Values.integers(15), s[2], s[1]),
                    weight("bias", Values.integers(100), s[2])))
        .bound(Bound.EQUAL)
        .dtypes(DType.BF16)
        .matchingWeights()
        .checked("35x64x130");
  }

  // ---------------------------------------------------------------- attention

  private void attention() {
    String[] shapes = {
      "1x1x1x1",
      "3x5x2x4",
      "7x17x1x31",
      "97x33x3x16",
      "6x16x2x64",
      "5x523x1x128",
      "11x101x1x384",
      "103x131x2x8"
    };
    attention("%s", false, _ -> new Operand[0])
        .checked(shapes)
        .measured(
            "80x80x4x64",
            "80x512x4x64",
            "1280x1280x12x128",
            "1560x1560x12x128",
            "1280x512x12x128",
            "1560x512x12x128",
            "1024x1024x1x384");
    attention("%s bias", false, s -> new Operand[] {floats("bias", s[2], s[0], s[1])})
        .checked(shapes)
        .measured("512x512x64x64")
        .selfTest("80x80x2x64", "512x512x24x64");
    attention("%s bias for keys", false, s -> new Operand[] {floats("bias", 1, 1, s[1])})
        .checked(shapes);
    attention("%s bias for heads", false, s -> new Operand[] {floats("bias", s[2], 1, s[1])})
        .checked(shapes);
    // Rows that are parts of wider ones; tiles of every head dim, whole and in part.
    String[] wide = {"70x150x2x24", "64x192x2x64", "70x90x2x104", "20x70x2x200", "20x70x2x384"};
    attention("%s of wider rows", true, _ -> new Operand[0])
        .checked(
            "70x150x2x24",
            "64x192x2x64",
            "70x129x2x64",
            "70x90x2x104",
            "20x70x2x200",
            "20x70x2x384",
            "18x35x2x21",
            "19x19x2x12",
            "3x17x2x128");
    attention("%s of wider rows, bias", true, s -> new Operand[] {floats("bias", s[2], s[0], s[1])})
        .dtypes(DType.BF16)
        .checked(wide);
    attention("%s masked", true, s -> new Operand[] {floats("bias", masked(s[1], 3), 1, 1, s[1])})
        .dtypes(DType.BF16)
        .checked(wide);
    attention(
            "%s half masked",
            false, s -> new Operand[] {floats("bias", masked(s[1], 400), 1, 5, s[1])})
        .checked("5x1300x1x40");
    attention("%s long keys", false, _ -> new Operand[0])
        .checked("5x1300x1x40")
        .selfTest("3x6000x1x64", "3x327680x1x64");
    // Masked keys count nothing, whichever block they fall in; the last row has no key at all.
    attention(
            "%s masked in steps",
            false, s -> new Operand[] {floats("bias", steps(s), 1, s[0], s[1])})
        .dtypes(DType.F32)
        .checked("9x1061x1x8");
    // A key beyond the last one, with a score of 0, would outweigh them all.
    add(
            ATTENTION,
            "%s opposed",
            (_, s) -> attention(s, Values.normal(3, 1), Values.normal(-3, 1), 0))
        .bound(Bound.SCORES)
        .checked("70x129x2x64", "70x150x2x24", "18x35x2x21", "20x70x2x384");
    attention(
            "%s low scores",
            false, s -> new Operand[] {floats("bias", Values.normal(-30, 1), 1, 1, s[1])})
        .checked("70x150x2x24", "70x129x2x64", "18x35x2x21");
    // Scores beyond the range of the exponential: the largest decides alone.
    add(
            ATTENTION,
            "%s large scores",
            (_, s) -> attention(s, Values.normal(0, 100), Values.normal(0, 100), 0))
        .bound(Bound.SCORES)
        .dtypes(DType.F32)
        .checked("13x600x2x16", "18x35x2x21");
    add(
            ATTENTION,
            "%s rather large scores",
            (_, s) -> attention(s, Values.normal(0, 6), Values.normal(0, 6), 0))
        .bound(Bound.SCORES)
        .checked("70x129x2x64", "20x70x2x200");
    for (int dim : new int[] {32, 64, 128, 256, 384}) {
      int heads = Math.max(1, 128 / dim);
      add(ATTENTION, "%s, head dim " + dim, (_, s) -> attention(s, Values.NORMAL, Values.NORMAL, 0))
          .selfTest(
              "70x70x%dx%d".formatted(heads, dim), "8192x8192x%dx%d".formatted(1536 / dim, dim));
    }
  }

  /** Queries x keys x heads x head dim; the operands behind q, k and v are the bias. */
  private Entry attention(String label, boolean wider, Function<int[], Operand[]> bias) {
    return add(
            ATTENTION,
            label,
            (_, s) -> {
              int more = wider ? 8 : 0;
              return attention(s, Values.NORMAL, Values.NORMAL, more, bias.apply(s));
            })
        .bound(Bound.SCORES);
  }

  private static Call attention(int[] s, Values queries, Values keys, int more, Operand... bias) {
    int features = s[2] * s[3];
    List<Operand> operands = new ArrayList<>();
    operands.add(activation("q", queries, s[0], features + more));
    operands.add(activation("k", keys, s[1], features + more));
    operands.add(activation("v", s[1], features + more));
    operands.addAll(List.of(bias));
    return call(operands)
        .view("q", q -> q.narrow(1, more, features))
        .view("k", k -> k.narrow(1, 0, features))
        .view("v", v -> v.narrow(1, more, features))
        .with("heads", s[2])
        .with("scale", 1 / Math.sqrt(s[3]));
  }

  /** The first keys of each query count nothing. */
  private static Values masked(int keys, int masked) {
    return (random, index, count) ->
        index % keys < masked ? Float.NEGATIVE_INFINITY : Values.NORMAL.next(random, index, count);
  }

  private static Values steps(int[] s) {
    int queries = s[0];
    int keys = s[1];
    return (random, index, count) -> {
      int query = (int) (index / keys);
      int key = (int) (index % keys);
      int first = query == queries - 1 ? keys : query * keys / queries;
      return key < first || key % 5 == query
          ? Float.NEGATIVE_INFINITY
          : Values.NORMAL.next(random, index, count);
    };
  }
}
