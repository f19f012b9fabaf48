package io.zoetrope.ops;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Backend} must do: each operation, on both activation dtypes, against {@link
 * ReferenceBackend} on the same values in float32.
 *
 * <p>An error is measured against the magnitude of what was added up (for a sum of products, the
 * sum of their absolute values), since cancellation is no fault of the backend. A BF16 result may
 * differ by its final rounding in addition. Shapes have ones, primes, and sizes one beside those
 * that kernels like.
 */
public abstract class BackendContract extends SamplerContract {
  // ---------------------------------------------------------------- matrix work

  @Test
  void linear() {
    int[][] shapes = {
      {1, 1, 1},
      {5, 3, 2},
      {6, 16, 16},
      {7, 17, 33},
      {1, 257, 31},
      {13, 256, 15},
      {97, 37, 129},
      {193, 31, 47},
      {29, 521, 257}
    };
    for (int[] shape : shapes) {
      for (DType stored : STORED) {
        for (DType dtype : COMPUTED) {
          Tensor x = values(dtype, shape[0], shape[1]);
          Tensor weight = values(stored, shape[2], shape[1]);
          Tensor bias = values(stored, shape[2]);
          linear(x, weight, bias, Activation.NONE);
        }
      }
    }
  }

  @Test
  void linearWithActivation() {
    for (Activation activation : Activation.values()) {
      for (DType dtype : COMPUTED) {
        linear(
            values(dtype, 11, 19), values(DType.BF16, 37, 19), values(DType.F32, 37), activation);
        linear(values(dtype, 2, 19), values(DType.F32, 16, 19), null, activation);
      }
    }
  }

  /** A weight may be used again, in whole and in part, and as a table. */
  @Test
  void weightsKeepTheirValues() {
    Tensor weight = values(DType.BF16, 40, 24);
    Tensor placed = tested.backend().place(weight, DType.F32);
    Tensor x = values(DType.F32, 9, 24);
    for (int[] part : new int[][] {{0, 40}, {16, 24}, {0, 40}, {3, 17}, {16, 23}}) {
      Tensor used = weight.narrow(0, part[0], part[1]);
      Tensor got =
          tested.linear(
              tested.upload(x), placed.narrow(0, part[0], part[1]), null, Activation.NONE);
      check("rows " + Arrays.toString(part), got, linear(reference, x, used), magnitude(x, used));
    }
    Tensor rows = tested.embedding(placed, new int[] {39, 0, 7, 7}, DType.F32);
    Tensor wanted = reference.embedding(weight, new int[] {39, 0, 7, 7}, DType.F32);
    checkEqual("embedding", rows, wanted);
  }

  private void linear(Tensor x, Tensor weight, Tensor bias, Activation activation) {
    Tensor got = tested.linear(tested.upload(x), place(weight), place(bias), activation);
    Tensor want = reference.linear(widened(x), widened(weight), widened(bias), activation);
    float[] magnitude = magnitude(x, weight);
    for (int i = 0; i < magnitude.length; i++) {
      magnitude[i] += bias == null ? 0 : Math.abs(bias.toFloats()[i % bias.intSize(0)]);
    }
    check("linear %s x %s, %s".formatted(x, weight, activation), got, want, magnitude);
  }

  private static Tensor linear(Ops ops, Tensor x, Tensor weight) {
    return ops.linear(x, weight, null, Activation.NONE);
  }

  private float[] magnitude(Tensor x, Tensor weight) {
    return linear(reference, absolute(x), absolute(weight)).toFloats();
  }

  @Test
  void attention() {
    int[][] shapes = { // queries, keys, heads, head dim
      {1, 1, 1, 1},
      {3, 5, 2, 4},
      {7, 17, 1, 31},
      {97, 33, 3, 16},
      {6, 16, 2, 64},
      {5, 523, 1, 128},
      {11, 101, 1, 384},
      {103, 131, 2, 8}
    };
    for (int[] shape : shapes) {
      for (DType dtype : COMPUTED) {
        int features = shape[2] * shape[3];
        Tensor q = values(dtype, shape[0], features);
        Tensor k = values(dtype, shape[1], features);
        Tensor v = values(dtype, shape[1], features);
        attention(q, k, v, shape[2], null);
        attention(q, k, v, shape[2], values(DType.F32, shape[2], shape[0], shape[1]));
        attention(q, k, v, shape[2], values(DType.F32, 1, 1, shape[1]));
        attention(q, k, v, shape[2], values(DType.F32, shape[2], 1, shape[1]));
      }
    }
  }

  /** The rows of q, k and v may be parts of wider ones. */
  @Test
  void attentionOfStridedRows() {
    for (DType dtype : COMPUTED) {
      Tensor all = values(dtype, 19, 3 * 24);
      Tensor there = tested.upload(all);
      Tensor got =
          tested.attention(
              there.narrow(1, 0, 24),
              there.narrow(1, 24, 24),
              there.narrow(1, 48, 24),
              2,
              0.3f,
              null);
      Tensor wide = widened(all);
      Tensor want =
          reference.attention(
              wide.narrow(1, 0, 24), wide.narrow(1, 24, 24), wide.narrow(1, 48, 24), 2, 0.3f, null);
      float[] magnitude = constant(got, largest(all));
      float[] between = roundsProbabilities() ? magnitude : new float[magnitude.length];
      check("strided " + all, got, want, magnitude, between);
    }
  }

  /** Masked keys count nothing, whichever block they fall in; a row without keys is NaN. */
  @Test
  void attentionWithMaskedKeys() {
    int queries = 9;
    int keys = 1061;
    Tensor q = values(DType.F32, queries, 8);
    Tensor k = values(DType.F32, keys, 8);
    Tensor v = values(DType.F32, keys, 8);
    Tensor bias = values(DType.F32, 1, queries, keys);
    for (int query = 0; query < queries; query++) {
      int first = query == queries - 1 ? keys : query * keys / queries;
      for (int key = 0; key < keys; key++) {
        if (key < first || key % 5 == query) {
          Conversions.fromFloat(
              bias.segment(), DType.F32, (long) query * keys + key, Float.NEGATIVE_INFINITY);
        }
      }
    }
    attention(q, k, v, 1, bias);
  }

  /** Scores far beyond the range of exp: the largest decides alone. */
  @Test
  void attentionWithLargeScores() {
    Tensor q = values(DType.F32, 13, 32, value -> value * 100);
    Tensor k = values(DType.F32, 600, 32, value -> value * 100);
    attention(q, k, values(DType.F32, 600, 32), 2, null);
  }

  private void attention(Tensor q, Tensor k, Tensor v, int heads, Tensor bias) {
    float scale = (float) (1 / Math.sqrt(q.size(1) / (double) heads));
    Tensor got =
        tested.attention(
            tested.upload(q),
            tested.upload(k),
            tested.upload(v),
            heads,
            scale,
            bias == null ? null : tested.upload(bias));
    Tensor want = reference.attention(widened(q), widened(k), widened(v), heads, scale, bias);
    // An error of a score moves weight between values, in proportion to the score's size.
    double scores = largest(q) * largest(k) * scale * q.size(1) / heads;
    double magnitude = largest(v) * (1 + Math.min(scores, 1e3));
    String what = "attention %s, %s, %d heads, bias %s".formatted(q, k, heads, bias);
    float[] between = new float[Math.toIntExact(want.count())];
    if (roundsProbabilities()) {
      between =
          reference.attention(widened(q), widened(k), absolute(v), heads, scale, bias).toFloats();
    }
    check(what, got, want, constant(got, magnitude), between);
  }

  // ---------------------------------------------------------------- norms and positions

  @Test
  void norms() {
    for (DType dtype : COMPUTED) {
      for (int[] shape : new int[][] {{1, 1}, {3, 2}, {7, 5}, {33, 16}, {5, 1537}, {301, 37}}) {
        Tensor x = values(dtype, shape[0], shape[1]);
        Tensor weight = values(DType.BF16, shape[1]);
        Tensor bias = values(DType.F32, shape[1]);
        String what = " of " + x;
        Tensor there = tested.upload(x);
        Tensor here = widened(x);
        compare(
            "layerNorm" + what,
            tested.layerNorm(there, place(weight), place(bias), 1e-6f),
            reference.layerNorm(here, weight, bias, 1e-6f));
        compare(
            "plain layerNorm" + what,
            tested.layerNorm(there, null, null, 1e-6f),
            reference.layerNorm(here, null, null, 1e-6f));
        compare(
            "rmsNorm" + what,
            tested.rmsNorm(there, place(weight), 1e-6f),
            reference.rmsNorm(here, weight, 1e-6f));
        for (Activation activation : Activation.values()) {
          compare(
              "channelNorm" + what,
              tested.channelNorm(there, place(weight), activation),
              reference.channelNorm(here, weight, activation));
        }
      }
    }
  }

  /** Checkpoints have them as [channels, 1, 1, 1], too. */
  @Test
  void weightsOfNormsMayHaveMoreDimensions() {
    for (DType dtype : COMPUTED) {
      for (DType stored : COMPUTED) {
        Tensor x = tested.upload(values(dtype, 301, 37));
        Tensor vector = place(values(stored, 37));
        Tensor cube = vector.reshape(37, 1, 1, 1);
        Tensor row = vector.reshape(1, 37);
        checkEqual(
            "channelNorm",
            tested.channelNorm(x, cube, Activation.SILU),
            tested.download(tested.channelNorm(x, vector, Activation.SILU)));
        checkEqual(
            "rmsNorm",
            tested.rmsNorm(x, row, 1e-6f),
            tested.download(tested.rmsNorm(x, vector, 1e-6f)));
        checkEqual(
            "layerNorm",
            tested.layerNorm(x, cube, row, 1e-6f),
            tested.download(tested.layerNorm(x, vector, vector, 1e-6f)));
      }
    }
  }

  /** The rounding of a large mean must not hide a small variance. */
  @Test
  void layerNormOfLargeMean() {
    Tensor x = values(DType.F32, 4, 512, value -> 100 + value / 100);
    Tensor got = tested.layerNorm(tested.upload(x), null, null, 1e-6f);
    compare("layerNorm", got, reference.layerNorm(x, null, null, 1e-6f));
  }

  @Test
  void channelNormOfZeros() {
    Tensor x = Tensor.zeros(DType.F32, 3, 16);
    Tensor gamma = values(DType.F32, 16);
    checkEqual(
        "channelNorm",
        tested.channelNorm(tested.upload(x), place(gamma), Activation.SILU),
        reference.channelNorm(x, gamma, Activation.SILU));
  }

  @Test
  void modulation() {
    for (DType dtype : COMPUTED) {
      Tensor x = values(dtype, 35, 130);
      Tensor y = values(dtype, 35, 130);
      Tensor table = values(DType.F32, 35, 3 * 130);
      Tensor vectors = values(DType.F32, 3, 130);
      Tensor tableThere = tested.upload(table);
      Tensor vectorsThere = tested.upload(vectors);
      modulation(
          x,
          y,
          List.of(part(table, 0), part(table, 1), part(table, 2)),
          List.of(part(tableThere, 0), part(tableThere, 1), part(tableThere, 2)));
      modulation(
          x,
          y,
          List.of(vectors.select(0, 0), vectors.select(0, 1), vectors.select(0, 2)),
          List.of(vectorsThere.select(0, 0), vectorsThere.select(0, 1), vectorsThere.select(0, 2)));
    }
  }

  private static Tensor part(Tensor table, int index) {
    return table.narrow(1, 130L * index, 130);
  }

  private void modulation(Tensor x, Tensor y, List<Tensor> here, List<Tensor> there) {
    compare(
        "adaLayerNorm " + x,
        tested.adaLayerNorm(tested.upload(x), there.get(0), there.get(1), 1e-6f),
        reference.adaLayerNorm(widened(x), here.get(0), here.get(1), 1e-6f));
    Tensor got = tested.upload(x);
    tested.addGatedInPlace(got, tested.upload(y), there.get(2));
    Tensor want = widened(x);
    reference.addGatedInPlace(want, widened(y), here.get(2));
    compare("addGatedInPlace " + x, got, want);
  }

  @Test
  void rope() {
    for (DType dtype : COMPUTED) {
      for (int[] shape : new int[][] {{1, 1, 1}, {5, 3, 7}, {130, 4, 32}}) {
        Tensor x = values(dtype, shape[0], 2L * shape[1] * shape[2]);
        Tensor cos = values(DType.F32, shape[0], shape[2]);
        Tensor sin = values(DType.F32, shape[0], shape[2]);
        Tensor got = tested.upload(x);
        tested.ropeInPlace(got, tested.upload(cos), tested.upload(sin), shape[1]);
        Tensor want = widened(x);
        reference.ropeInPlace(want, cos, sin, shape[1]);
        double magnitude = largest(x) * (largest(cos) + largest(sin));
        check("rope " + x, got, want, constant(got, magnitude));
      }
    }
  }

  // ---------------------------------------------------------------- element-wise

  @Test
  void activations() {
    for (DType dtype : COMPUTED) {
      for (Activation activation : Activation.values()) {
        for (int count : new int[] {1, 31, 4099}) {
          Tensor x = values(dtype, count, value -> 5 * value);
          compare(
              activation + " of " + x,
              tested.activate(tested.upload(x), activation),
              reference.activate(widened(x), activation));
        }
      }
    }
  }

  @Test
  void sumsAndProducts() {
    int[][] shapes = {{1, 1}, {3, 5}, {17, 1}, {3, 4099}, {5, 1021}, {4099, 3}, {200, 200}};
    for (int[] shape : shapes) {
      for (DType left : COMPUTED) {
        for (DType right : COMPUTED) {
          Tensor a = values(left, shape[0], shape[1]);
          for (Tensor b : List.of(values(right, shape[0], shape[1]), values(right, shape[1]))) {
            String what = a + " and " + b;
            Tensor there = tested.upload(a);
            Tensor other = tested.upload(b);
            Tensor wantedSum = reference.add(widened(a), widened(b));
            compare("add " + what, tested.add(there, other), wantedSum);
            compare(
                "multiply " + what,
                tested.multiply(there, other),
                reference.multiply(widened(a), widened(b)));
            tested.addInPlace(there, other);
            compare("addInPlace " + what, there, wantedSum);
          }
        }
      }
    }
  }

  @Test
  void copiesOfViews() {
    for (DType from : COMPUTED) {
      for (DType to : COMPUTED) {
        Tensor x = values(from, 3, 5, 7, 4);
        for (int[] order : new int[][] {{0, 1, 2, 3}, {3, 0, 1, 2}, {1, 2, 3, 0}, {2, 0, 3, 1}}) {
          UnaryOperator<Tensor> view = tensor -> tensor.permute(order).narrow(2, 1, 2);
          Tensor got = tested.cast(tested.copy(view.apply(tested.upload(x))), to);
          Tensor want = reference.cast(reference.copy(view.apply(x)), to);
          checkEqual("copy of " + Arrays.toString(order), got, want);
        }
        Tensor big = values(from, 130, 67);
        Tensor got = tested.upload(Tensor.zeros(to, 67, 130));
        tested.copyInto(got.permute(1, 0), tested.upload(big));
        Tensor want = Tensor.zeros(to, 67, 130);
        reference.copyInto(want.permute(1, 0), big);
        checkEqual("transposed copy", got, want);
      }
    }
  }

  /** Narrowing rounds to nearest even, keeps infinities and NaN. */
  @Test
  void castsOfSpecialValues() {
    float[] special = {
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
      -0x1.03p0f
    };
    float[] values = Arrays.copyOf(special, 64);
    System.arraycopy(special, 0, values, 40, special.length);
    Tensor x = Tensor.of(values, 64);
    checkEqual(
        "cast",
        tested.cast(tested.upload(x), DType.BF16),
        reference.cast(reference.upload(x), DType.BF16));
  }

  @Test
  void fill() {
    for (DType dtype : COMPUTED) {
      Tensor got = tested.upload(values(dtype, 6, 5));
      Tensor want = reference.upload(tested.download(got));
      tested.fill(got.narrow(1, 1, 3), -2.5f);
      reference.fill(want.narrow(1, 1, 3), -2.5f);
      checkEqual("fill of a part", got, want);
      tested.fill(got, Float.NaN);
      reference.fill(want, Float.NaN);
      checkEqual("fill", got, want);
    }
  }

  @Test
  void embedding() {
    for (DType stored : STORED) {
      Tensor table = values(stored, 11, 37);
      for (DType dtype : COMPUTED) {
        int[] ids = {10, 0, 3, 3, 7};
        checkEqual(
            "embedding " + stored,
            tested.embedding(place(table), ids, dtype),
            reference.embedding(widened(table), ids, dtype));
      }
    }
  }

  @Test
  void upsampling() {
    for (DType dtype : COMPUTED) {
      for (boolean exact : new boolean[] {false, true}) {
        for (int[] size : new int[][] {{2, 6, 10}, {3, 7, 5}, {2, 2, 3}, {5, 3, 11}}) {
          Tensor x = values(dtype, 2, 3, 5, 3);
          Tensor here = reference.upload(x);
          checkEqual(
              "upsampleNearest to " + Arrays.toString(size),
              tested.upsampleNearest(tested.upload(x), size[0], size[1], size[2], exact),
              reference.upsampleNearest(here, size[0], size[1], size[2], exact));
        }
      }
    }
  }

  /** What a scope keeps slides down over what it frees, even onto itself. */
  @Test
  void keptTensorsMove() {
    Tensor x = values(DType.F32, 1000);
    try (Scope scope = tested.scope("inner")) {
      tested.allocate(DType.F32, Shape.of(100));
      checkEqual("keep", scope.keep(tested.upload(x)), x);
    }
  }
}
