package io.zoetrope.tools.selftest;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.selftest.SelfTestCase.Computation;
import io.zoetrope.tools.selftest.SelfTestCase.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** All operations, in one of two sizes and in both dtypes. */
final class SelfTestCases {
  private static final float EPS = 1e-6f;

  /**
   * How large the operands are.
   *
   * @param rows tokens
   * @param features of a token
   * @param hidden features inside a feed-forward network
   * @param keys of a short sequence
   * @param frames of a video
   * @param side height and width of a video
   * @param channels of a video
   */
  private record Sizes(
      int rows, int features, int hidden, int keys, int frames, int side, int channels) {
    /** For comparing in BF16: several tiles of rows, features and keys, and a part of one. */
    private static final Sizes TO_COMPARE_BF16 = new Sizes(150, 128, 136, 80, 2, 5, 96);

    /** For comparing in F32, whose tiles are smaller: the same. */
    private static final Sizes TO_COMPARE_F32 = new Sizes(70, 128, 72, 21, 2, 5, 96);

    /** For taking the time: as in a small Wan 2.1 job. */
    private static final Sizes TO_TIME = new Sizes(8192, 1536, 8960, 512, 4, 240, 96);
  }

  private final Sizes sizes;
  private final DType dtype;
  private final List<SelfTestCase> cases = new ArrayList<>();

  private SelfTestCases(Sizes sizes, DType dtype) {
    this.sizes = sizes;
    this.dtype = dtype;
    addMatrices();
    addAttention();
    addVideo();
    addRows();
    addElements();
    addSamplers();
  }

  /** Cases whose results are compared with those of the CPU. */
  static List<SelfTestCase> toCompare() {
    return Stream.of(
            new SelfTestCases(Sizes.TO_COMPARE_BF16, DType.BF16),
            new SelfTestCases(Sizes.TO_COMPARE_F32, DType.F32))
        .flatMap(all -> all.cases.stream())
        .toList();
  }

  /** The same operations in sizes that keep a card busy; in BF16, which is what people use. */
  static List<SelfTestCase> toTime() {
    return new SelfTestCases(Sizes.TO_TIME, DType.BF16).cases;
  }

  // ---------------------------------------------------------------- operations

  private void addMatrices() {
    for (Activation activation : Activation.values()) {
      add(
          "linear " + activation.name().toLowerCase(Locale.ROOT),
          (ops, x) -> ops.linear(x.get(0), x.get(1), x.get(2), activation),
          of(sizes.rows, sizes.features),
          of(sizes.hidden, sizes.features),
          of(sizes.hidden));
    }
    add(
        "linear, gated sum",
        (ops, x) -> {
          ops.linearAddInPlace(x.get(0), x.get(1), x.get(2), x.get(3), x.get(4));
          return x.get(0);
        },
        of(sizes.rows, sizes.features),
        of(sizes.rows, sizes.hidden),
        of(sizes.features, sizes.hidden),
        of(sizes.features),
        f32(sizes.features));
    add(
        "linear, product",
        (ops, x) -> {
          ops.linearMultiplyInPlace(x.get(0), x.get(1), x.get(2), x.get(3));
          return x.get(0);
        },
        of(sizes.rows, sizes.features),
        of(sizes.rows, sizes.hidden),
        of(sizes.features, sizes.hidden),
        of(sizes.features));
    addUnread(
        "embedding",
        (ops, x) -> ops.embedding(x.get(0), new int[] {3, 0, 7, 3}, dtype),
        of(sizes.keys, sizes.features));
  }

  private void addAttention() {
    for (int headDim : new int[] {32, 64, 128, 256, 384}) {
      int heads = Math.max(1, sizes.features / headDim);
      int features = heads * headDim;
      add(
          "attention, head dim " + headDim,
          (ops, x) ->
              ops.attention(
                  x.get(0), x.get(1), x.get(2), heads, (float) (1 / Math.sqrt(headDim)), null),
          of(sizes.rows, features),
          of(sizes.rows, features),
          of(sizes.rows, features));
    }
    int heads = sizes.features / 64;
    add(
        "attention with bias",
        (ops, x) -> ops.attention(x.get(0), x.get(1), x.get(2), heads, 1, x.get(3)),
        of(sizes.keys, sizes.features),
        of(sizes.keys, sizes.features),
        of(sizes.keys, sizes.features),
        f32(heads, sizes.keys, sizes.keys));
    // Few queries and many keys: the keys are split, and the parts combined.
    add(
        "attention, long keys",
        (ops, x) -> ops.attention(x.get(0), x.get(1), x.get(2), 1, 0.125f, null),
        of(3, 64),
        of(sizes.rows * 40L, 64),
        of(sizes.rows * 40L, 64));
  }

  private void addVideo() {
    // Kernels have tiles of 96 and of 128 channels.
    for (int columns : new int[] {96, 128}) {
      int out = sizes.channels * columns / 96;
      add(
          "convolution, tiles of " + columns,
          (ops, x) -> ops.conv3d(x.get(0), x.get(1), x.get(2), x.get(3), ConvGeometry.causal(0, 1)),
          video(sizes.channels),
          of(2, sizes.side, sizes.side, sizes.channels),
          of(out, sizes.channels, 3, 3, 3),
          of(out));
    }
    add(
        "convolution of upsampled, summed",
        (ops, x) -> {
          ops.conv3dAddInPlace(
              x.get(0), x.get(1), null, x.get(2), x.get(3), ConvGeometry.causal(0, 1).upsampled());
          return x.get(0);
        },
        of(sizes.frames, 2L * sizes.side, 2L * sizes.side, sizes.channels),
        video(sizes.channels),
        of(sizes.channels, sizes.channels, 1, 3, 3),
        of(sizes.channels));
    add(
        "upsampling",
        (ops, x) ->
            ops.upsampleNearest(x.get(0), sizes.frames, 2L * sizes.side, 2L * sizes.side, false),
        video(sizes.channels));
    add(
        "channel norm, silu",
        (ops, x) -> ops.channelNorm(x.get(0), x.get(1), Activation.SILU),
        video(sizes.channels),
        of(sizes.channels));
  }

  private void addRows() {
    Operand x = of(sizes.rows, sizes.features);
    Operand vector = of(sizes.features);
    Operand modulation = f32(sizes.features);
    int headDim = 64;
    int heads = sizes.features / headDim;
    Operand angles = f32(sizes.rows, headDim / 2);
    add(
        "layer norm",
        (ops, t) -> ops.layerNorm(t.get(0), t.get(1), t.get(2), EPS),
        x,
        vector,
        vector);
    add(
        "layer norm, modulated",
        (ops, t) -> ops.adaLayerNorm(t.get(0), t.get(1), t.get(2), EPS),
        x,
        modulation,
        modulation);
    add("rms norm", (ops, t) -> ops.rmsNorm(t.get(0), t.get(1), EPS), x, vector);
    add(
        "rms norm, rope",
        (ops, t) -> {
          ops.rmsNormRopeInPlace(t.get(0), t.get(1), EPS, t.get(2), t.get(3), heads);
          return t.get(0);
        },
        x,
        vector,
        angles,
        angles);
    add(
        "rope",
        (ops, t) -> {
          ops.ropeInPlace(t.get(0), t.get(1), t.get(2), heads);
          return t.get(0);
        },
        x,
        angles,
        angles);
    add(
        "gated sum",
        (ops, t) -> {
          ops.addGatedInPlace(t.get(0), t.get(1), t.get(2));
          return t.get(0);
        },
        x,
        x,
        modulation);
  }

  private void addElements() {
    Operand x = of(sizes.rows, sizes.features);
    add("sum", (ops, t) -> ops.add(t.get(0), t.get(1)), x, of(sizes.features));
    add("product", (ops, t) -> ops.multiply(t.get(0), t.get(1)), x, of(sizes.features));
    add("gelu", (ops, t) -> ops.activate(t.get(0), Activation.GELU_TANH), x);
    add(
        "limits",
        (ops, t) -> {
          ops.clampInPlace(t.get(0), -1, 1);
          return t.get(0);
        },
        x);
    add("transposition", (ops, t) -> ops.copy(t.get(0).permute(1, 0)), x);
    add(
        "conversion",
        (ops, t) -> ops.cast(t.get(0), dtype == DType.BF16 ? DType.F32 : DType.BF16),
        x);
    addUnread(
        "filling",
        (ops, t) -> {
          ops.fill(t.get(0), 0.5f);
          return t.get(0);
        },
        x);
  }

  private void addSamplers() {
    Operand x = of(sizes.rows, sizes.features);
    add(
        "guidance",
        (ops, t) -> {
          ops.linearCombinationInto(t.get(0), new double[] {5, -4}, t.get(0), t.get(1));
          return t.get(0);
        },
        x,
        x);
    add(
        "timesteps",
        (ops, t) -> ops.timestepEmbedding(t.get(0), sizes.features, true, 0),
        new Operand(Shape.of(sizes.rows), true, 1000));
    // Some beyond both ends of what is a colour.
    Operand picture = new Operand(Shape.of(sizes.rows, sizes.features), false, 2);
    add("pixels", (ops, t) -> ops.toPixels(t.get(0)), picture);
    if (sizes != Sizes.TO_TIME) {
      // The answer is on the host, so its time would be that of the way there and back.
      add("finite", (ops, t) -> ops.upload(finite(ops, t.get(0))), x);
    }
  }

  /** Whether a tensor is finite, and whether it still is when its last element is not. */
  private static Tensor finite(Ops ops, Tensor x) {
    float before = ops.isFinite(x) ? 1 : 0;
    ops.fill(x.reshape(-1).narrow(0, x.count() - 1, 1), Float.POSITIVE_INFINITY);
    float after = ops.isFinite(x) ? 1 : 0;
    return Tensor.of(new float[] {before, after}, 2);
  }

  // ---------------------------------------------------------------- operands

  private void add(String operation, Computation computation, Operand... operands) {
    cases.add(new SelfTestCase(operation, dtype, List.of(operands), true, computation));
  }

  private void addUnread(String operation, Computation computation, Operand operand) {
    cases.add(new SelfTestCase(operation, dtype, List.of(operand), false, computation));
  }

  private Operand video(int channels) {
    return of(sizes.frames, sizes.side, sizes.side, channels);
  }

  private static Operand of(long... shape) {
    return new Operand(Shape.of(shape), false, 1);
  }

  private static Operand f32(long... shape) {
    return new Operand(Shape.of(shape), true, 1);
  }
}
