package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Buffers;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * For each kernel the operations that show whether it works: a full tile and a tail in every
 * dimension, and each operand that may be missing.
 *
 * <p>The measure is the largest error over the largest value. In F32 it is rounding; in BF16 it may
 * be twice that of {@link ReferenceBackend} on the same operands.
 */
final class KernelScenarios {
  private static final double F32_ERROR = 5e-6;
  private static final DType[] BOTH = {DType.F32, DType.BF16};

  private final Random random = new Random(20260611);
  private final Ops tested;
  private final Ops reference = new Ops(new ReferenceBackend());

  private KernelScenarios(Ops tested) {
    this.tested = tested;
  }

  /** An operation on tensors of whichever backend. */
  private interface Operation {
    Tensor run(Ops ops, Tensor[] operands);
  }

  /** By the name of the kernel: fails with an {@link AssertionError} if a result is wrong. */
  static Map<String, Consumer<Ops>> all() {
    Map<String, Consumer<KernelScenarios>> scenarios = new LinkedHashMap<>();
    scenarios.put("linear_bf16_none", s -> s.linear(Activation.NONE, 130, 136, 136, 131));
    scenarios.put("linear_bf16_silu", s -> s.linear(Activation.SILU, 70, 40, 72, 3));
    scenarios.put("linear_bf16_gelu_tanh", s -> s.linear(Activation.GELU_TANH, 70, 40, 72, 3));
    scenarios.put("linear_bf16_gelu_erf", s -> s.linear(Activation.GELU_ERF, 70, 40, 72, 3));
    scenarios.put("linear_add_bf16", s -> s.linearAdd(DType.BF16, DType.BF16, 70, 104));
    scenarios.put("linear_f32", s -> s.floatLinear());
    scenarios.put("linear_add_f32", s -> s.linearAdd(DType.F32, DType.BF16, 35, 37));
    scenarios.put("conv3d_bf16_96", s -> s.convolution(DType.BF16, 8, 20));
    scenarios.put("conv3d_bf16_128", s -> s.convolution(DType.BF16, 40, 100));
    scenarios.put("conv3d_f32", s -> s.convolution(DType.F32, 5, 20));
    scenarios.put("attention_bf16_32", s -> s.attention(DType.BF16, 24, 70, 150));
    scenarios.put("attention_bf16_64", s -> s.attention(DType.BF16, 64, 64, 192, 70, 129));
    scenarios.put("attention_bf16_128", s -> s.attention(DType.BF16, 104, 70, 90));
    scenarios.put("attention_bf16_256", s -> s.attention(DType.BF16, 200, 20, 70));
    scenarios.put("attention_bf16_384", s -> s.attention(DType.BF16, 384, 20, 70));
    scenarios.put("attention_combine", s -> s.splitAttention());
    scenarios.put("attention_f32", s -> s.attention(DType.F32, 21, 18, 35));
    scenarios.put("layer_norm", s -> s.layerNorm());
    scenarios.put("ada_layer_norm", s -> s.adaLayerNorm());
    scenarios.put("rms_norm", s -> s.rmsNorm());
    scenarios.put("rms_norm_rope", s -> s.rmsNormRope());
    scenarios.put("rope", s -> s.rope());
    scenarios.put("channel_norm", s -> s.channelNorm());
    scenarios.put("gated_add", s -> s.gatedAdd());
    scenarios.put("add", s -> s.combine((ops, t) -> ops.add(t[0], t[1])));
    scenarios.put("multiply", s -> s.combine((ops, t) -> ops.multiply(t[0], t[1])));
    scenarios.put("activate", s -> s.activate());
    scenarios.put("clamp", s -> s.clamp());
    scenarios.put("strided_copy", s -> s.copy());
    scenarios.put("fill", s -> s.fill());
    scenarios.put("embedding", s -> s.embedding());
    scenarios.put("upsample_nearest", s -> s.upsample());
    Map<String, Consumer<Ops>> runnable = new LinkedHashMap<>();
    scenarios.forEach(
        (kernel, s) -> runnable.put(kernel, ops -> s.accept(new KernelScenarios(ops))));
    return runnable;
  }

  private void linear(Activation activation, int rows, int depth, int features, int oddFeatures) {
    Operation linear = (ops, t) -> ops.linear(t[0], t[1], t[2], activation);
    Tensor x = values(DType.BF16, rows, depth);
    check(linear, x, values(DType.BF16, features, depth), values(DType.BF16, features));
    check(linear, x, values(DType.BF16, features, depth), null);
    check(linear, x, values(DType.BF16, oddFeatures, depth), values(DType.F32, oddFeatures));
  }

  private void floatLinear() {
    Operation linear = (ops, t) -> ops.linear(t[0], t[1], t[2], Activation.NONE);
    check(linear, values(DType.F32, 67, 21), values(DType.BF16, 70, 21), values(DType.BF16, 70));
    for (Activation activation : Activation.values()) {
      Operation activated = (ops, t) -> ops.linear(t[0], t[1], null, activation);
      check(activated, values(DType.F32, 7, 5), values(DType.F32, 64, 5));
    }
    check(linear, values(DType.F32, 3, 40), values(DType.F32, 64, 40), null);
    check(linear, values(DType.BF16, 5, 19), values(DType.F32, 9, 19), values(DType.F32, 9));
  }

  private void linearAdd(DType dtype, DType biasType, int rows, int depth) {
    Operation linearAdd =
        (ops, t) -> {
          Tensor gate =
              t[4] == null || t[4].shape().rank() == 1 ? t[4] : t[4].narrow(1, 3, t[0].size(1));
          ops.linearAddInPlace(t[0], t[1], t[2], t[3], gate);
          return t[0];
        };
    for (int features : new int[] {136, 33}) {
      Tensor out = values(dtype, rows, features);
      Tensor x = values(dtype, rows, depth);
      Tensor weight = values(dtype, features, depth);
      Tensor bias = values(biasType, features);
      check(linearAdd, out, x, weight, bias, values(DType.F32, features));
      check(linearAdd, out, x, weight, bias, values(DType.F32, rows, features + 7));
      check(linearAdd, out, x, weight, null, null);
    }
  }

  private void convolution(DType dtype, int channels, int outChannels) {
    Tensor x = values(dtype, 3, 5, 9, channels);
    Tensor history = values(dtype, 1, 5, 9, channels);
    Tensor volume = values(dtype, outChannels, channels, 3, 3, 3);
    Tensor plane = values(dtype, outChannels - 1, channels, 1, 3, 2);
    Tensor bias = values(DType.F32, outChannels);
    ConvGeometry causal = ConvGeometry.causal(1, 1);
    Tensor residual = values(dtype, 3, 5, 9, outChannels);
    check(
        (ops, t) -> {
          ops.conv3dAddInPlace(t[0], t[1], t[2], t[3], t[4], causal);
          return t[0];
        },
        residual,
        x,
        history,
        volume,
        bias);
    ConvGeometry strided = new ConvGeometry(2, 2, 3, 0, 0, 1, 2, 1);
    check((ops, t) -> ops.conv3d(t[0], null, t[1], null, strided), x, plane);
    ConvGeometry upsampled = ConvGeometry.causal(0, 1).upsampled();
    check(
        (ops, t) -> ops.conv3d(t[0], null, t[1], t[2], upsampled),
        values(dtype, 1, 3, 5, channels),
        values(dtype, outChannels, channels, 1, 3, 3),
        bias);
  }

  private void attention(DType dtype, int headDim, int queries, int keys) {
    int heads = 2;
    int features = heads * headDim;
    float scale = (float) (1 / Math.sqrt(headDim));
    Tensor q = values(dtype, queries, features);
    Tensor kv = values(dtype, keys, 2L * features + 8);
    Operation attention =
        (ops, t) ->
            ops.attention(
                t[0],
                t[1].narrow(1, 0, features),
                t[1].narrow(1, features + 8, features),
                heads,
                scale,
                t[2]);
    check(attention, q, kv, null);
    check(attention, q, kv, values(DType.F32, heads, queries, keys));
    check(attention, q, kv, masked(values(DType.F32, 1, 1, keys), 3));
    // Scores beyond the range of the exponential, unless the largest is taken away first.
    check(attention, changed(q, value -> 40 * value), kv, null);
    // A key beyond the last one, with a score of 0, would outweigh them all.
    check(attention, changed(q, value -> value + 3), changed(kv, value -> value - 3), null);
    check(attention, q, kv, changed(values(DType.F32, 1, 1, keys), value -> value - 30));
  }

  private void attention(
      DType dtype, int headDim, int queries, int keys, int otherQueries, int otherKeys) {
    attention(dtype, headDim, queries, keys);
    attention(dtype, headDim, otherQueries, otherKeys);
  }

  private static Tensor changed(Tensor tensor, UnaryOperator<Float> function) {
    Tensor changed = Tensor.zeros(tensor.dtype(), tensor.shape().sizes());
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      Conversions.fromFloat(changed.segment(), tensor.dtype(), i, function.apply(values[i]));
    }
    return changed;
  }

  /** Few queries and many keys: the keys are split, and one split is masked. */
  private void splitAttention() {
    Operation attention = (ops, t) -> ops.attention(t[0], t[1], t[2], 1, 0.2f, t[3]);
    Tensor q = values(DType.BF16, 5, 40);
    Tensor k = values(DType.BF16, 1300, 40);
    Tensor v = values(DType.BF16, 1300, 40);
    check(attention, q, k, v, null);
    check(attention, q, k, v, masked(values(DType.F32, 1, 5, 1300), 400));
  }

  /** The first keys of each query count nothing. */
  private static Tensor masked(Tensor bias, int masked) {
    long keys = bias.size(2);
    for (long i = 0; i < bias.count(); i++) {
      if (i % keys < masked) {
        Conversions.fromFloat(bias.segment(), DType.F32, i, Float.NEGATIVE_INFINITY);
      }
    }
    return bias;
  }

  private void layerNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520, 1543, 10248}) {
        Tensor x = values(dtype, 2, features);
        Tensor weight = values(DType.F32, features);
        check(
            (ops, t) -> ops.layerNorm(t[0], t[1], t[2], 1e-6f),
            x,
            weight,
            values(DType.BF16, features));
        check((ops, t) -> ops.layerNorm(t[0], null, null, 0.1f), x);
      }
    }
    // A mean that is large beside the deviations.
    for (int features : new int[] {301, 304}) {
      float[] shifted = values(DType.F32, 2, features).toFloats();
      for (int i = 0; i < shifted.length; i++) {
        shifted[i] = 100 + shifted[i] / 100;
      }
      check((ops, t) -> ops.layerNorm(t[0], null, null, 1e-6f), Tensor.of(shifted, 2, features));
    }
  }

  private void adaLayerNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520}) {
        check(
            (ops, t) -> ops.adaLayerNorm(t[0], t[1], t[2].narrow(1, 5, features), 1e-6f),
            values(dtype, 4, features),
            values(DType.F32, features),
            values(DType.F32, 4, features + 5));
      }
    }
  }

  private void rmsNorm() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520, 1543, 10248}) {
        Operation rmsNorm = (ops, t) -> ops.rmsNorm(t[0], t[1], 0.1f);
        check(rmsNorm, values(dtype, 3, features), values(DType.F32, features));
        check(rmsNorm, values(dtype, 3, features), values(DType.BF16, features));
      }
    }
  }

  private void rmsNormRope() {
    for (DType dtype : BOTH) {
      for (int headDim : new int[] {14, 64}) {
        check(
            (ops, t) -> {
              ops.rmsNormRopeInPlace(t[0], t[1], 0.1f, t[2], t[3], 3);
              return t[0];
            },
            values(dtype, 5, 3L * headDim),
            values(DType.BF16, 3L * headDim),
            values(DType.F32, 5, headDim / 2),
            values(DType.F32, 5, headDim / 2));
      }
    }
  }

  private void rope() {
    for (DType dtype : BOTH) {
      for (int headDim : new int[] {14, 64}) {
        check(
            (ops, t) -> {
              ops.ropeInPlace(t[0], t[1], t[2], 3);
              return t[0];
            },
            values(dtype, 25, 3L * headDim),
            values(DType.F32, 25, headDim / 2),
            values(DType.F32, 25, headDim / 2));
      }
      check(
          (ops, t) -> {
            ops.ropeInPlace(t[0], t[1], t[2], 1);
            return t[0];
          },
          values(dtype, 1, 6),
          values(DType.F32, 1, 3),
          values(DType.F32, 1, 3));
    }
  }

  private void channelNorm() {
    for (DType dtype : BOTH) {
      for (int channels : new int[] {5, 96, 135, 1096}) {
        for (Activation activation : Activation.values()) {
          check(
              (ops, t) -> ops.channelNorm(t[0], t[1], activation),
              values(dtype, 11, channels),
              values(DType.F32, channels));
        }
      }
    }
    check(
        (ops, t) -> ops.channelNorm(t[0], t[1], Activation.NONE),
        Tensor.zeros(DType.F32, 3, 16),
        values(DType.BF16, 16));
  }

  private void gatedAdd() {
    for (DType dtype : BOTH) {
      for (int features : new int[] {13, 520}) {
        Operation add =
            (ops, t) -> {
              Tensor gate = t[2].shape().rank() == 1 ? t[2] : t[2].narrow(1, 5, t[0].size(1));
              ops.addGatedInPlace(t[0], t[1], gate);
              return t[0];
            };
        Tensor x = values(dtype, 40, features);
        Tensor y = values(dtype, 40, features);
        check(add, x, y, values(DType.F32, features));
        check(add, x, y, values(DType.F32, 40, features + 5));
        Tensor other = values(dtype == DType.F32 ? DType.BF16 : DType.F32, 40, features);
        check(add, x, other, values(DType.F32, features));
        check(add, values(dtype, 1, 5), values(dtype, 1, 5), values(DType.F32, 5));
      }
    }
  }

  private void combine(Operation operation) {
    for (DType left : BOTH) {
      for (DType right : BOTH) {
        check(operation, values(left, 3, 5), values(right, 5));
        check(operation, values(left, 3, 40), values(right, 40));
        check(operation, values(left, 700, 13), values(right, 700, 13));
        check(operation, values(left, 9, 2048), values(right, 9, 2048));
      }
    }
  }

  private void activate() {
    for (DType dtype : BOTH) {
      for (Activation activation : Activation.values()) {
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 7));
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 8));
        check((ops, t) -> ops.activate(t[0], activation), values(dtype, 9, 2048));
      }
    }
  }

  private void clamp() {
    for (DType dtype : BOTH) {
      for (int count : new int[] {72, 13}) {
        Tensor x = values(dtype, count);
        Conversions.fromFloat(x.segment(), dtype, 3, Float.NaN);
        check(
            (ops, t) -> {
              ops.clampInPlace(t[0], -0.5f, 0.75f);
              return t[0];
            },
            x);
      }
    }
  }

  private void copy() {
    for (DType dtype : BOTH) {
      Tensor x = values(dtype, 2, 3, 4, 5, 6);
      check((ops, t) -> ops.copy(t[0].permute(4, 1, 0, 3, 2).narrow(3, 1, 3)), x);
      DType other = dtype == DType.F32 ? DType.BF16 : DType.F32;
      check((ops, t) -> ops.cast(t[0], other), x);
      check((ops, t) -> ops.cast(t[0], other), values(dtype, 21));
      check((ops, t) -> ops.copy(t[0].permute(1, 0)), values(dtype, 3, 5));
    }
  }

  private void fill() {
    for (DType dtype : BOTH) {
      check(
          (ops, t) -> {
            ops.fill(t[0].narrow(1, 1, 3), -2.5f);
            return t[0];
          },
          values(dtype, 6, 5));
      check(
          (ops, t) -> {
            ops.fill(t[0], 7f);
            return t[0];
          },
          values(dtype, 6, 40));
      check(
          (ops, t) -> {
            ops.fill(t[0], 7f);
            return t[0];
          },
          values(dtype, 3, 7));
    }
  }

  private void embedding() {
    int[] ids = {6, 0, 3, 3};
    for (DType stored : BOTH) {
      for (DType dtype : BOTH) {
        for (int features : new int[] {257, 2056}) {
          check((ops, t) -> ops.embedding(t[0], ids, dtype), values(stored, 7, features));
        }
      }
    }
  }

  private void upsample() {
    for (DType dtype : BOTH) {
      for (int channels : new int[] {3, 16}) {
        Tensor x = values(dtype, 2, 3, 5, channels);
        check((ops, t) -> ops.upsampleNearest(t[0], 2, 6, 10, false), x);
        check((ops, t) -> ops.upsampleNearest(t[0], 3, 7, 4, true), x);
        check((ops, t) -> ops.upsampleNearest(t[0], 1, 2, 3, false), x);
      }
    }
  }

  // ---------------------------------------------------------------- values and comparison

  private Tensor values(DType dtype, long... sizes) {
    Tensor tensor = Tensor.zeros(dtype, sizes);
    for (long i = 0; i < tensor.count(); i++) {
      Conversions.fromFloat(tensor.segment(), dtype, i, (float) random.nextGaussian());
    }
    return tensor;
  }

  private void check(Operation operation, Tensor... operands) {
    Tensor got;
    // Each operand in an allocation of its own, so that a step beyond its end is noticed.
    try (Buffers buffers = tested.buffers("operands")) {
      Tensor[] there = new Tensor[operands.length];
      for (int i = 0; i < there.length; i++) {
        if (operands[i] != null) {
          there[i] = buffers.allocate(operands[i].dtype(), operands[i].shape());
          tested.backend().upload(there[i], operands[i]);
        }
      }
      Tensor result = operation.run(tested, there);
      if (Arrays.stream(there).noneMatch(operand -> operand == result)) {
        requireUntouchedBehind(result);
      }
      got = tested.download(result);
    }
    Tensor rounded = onHost(operation, operands);
    Tensor[] wide =
        Arrays.stream(operands)
            .map(t -> t == null ? null : Tensor.of(t.toFloats(), t.shape().sizes()))
            .toArray(Tensor[]::new);
    float[] want = onHost(operation, wide).toFloats();
    double usual = error(rounded.toFloats(), want);
    double error = error(got.toFloats(), want);
    if (!got.shape().equals(rounded.shape()) || !(error <= 2 * usual + F32_ERROR)) {
      throw new AssertionError(
          "%s: error %.3g, the reference's %.3g"
              .formatted(Arrays.toString(operands), error, usual));
    }
  }

  /**
   * Results that are no operands lie in slabs, where the emulator does not see a step beyond their
   * end. But nothing else has been there: what follows must still be the emulator's garbage.
   */
  private void requireUntouchedBehind(Tensor result) {
    byte[] behind = new byte[256];
    ((CudaBackend) tested.backend())
        .runtime()
        .copyToHost(
            MemorySegment.ofArray(behind), DeviceStorage.addressOf(result) + result.byteSize());
    for (int i = 0; i < behind.length; i++) {
      if (behind[i] != (byte) 0xFF) {
        throw new AssertionError("byte %d behind %s was written".formatted(i, result));
      }
    }
  }

  private Tensor onHost(Operation operation, Tensor... operands) {
    return operation.run(
        reference,
        Arrays.stream(operands)
            .map(t -> t == null ? null : reference.upload(t))
            .toArray(Tensor[]::new));
  }

  /** Largest difference over the largest value; NaN in one place only is infinitely wrong. */
  private static double error(float[] got, float[] want) {
    double largest = Float.MIN_NORMAL;
    double difference = 0;
    for (int i = 0; i < want.length; i++) {
      if (Float.isNaN(want[i]) && Float.isNaN(got[i])) {
        continue;
      }
      double apart = Math.abs((double) got[i] - want[i]);
      difference = Math.max(difference, Double.isNaN(apart) ? Double.POSITIVE_INFINITY : apart);
      largest = Math.max(largest, Math.abs(want[i]));
    }
    return difference / largest;
  }
}
