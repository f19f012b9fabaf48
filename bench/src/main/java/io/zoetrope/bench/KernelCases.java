package io.zoetrope.bench;

import static io.zoetrope.ops.Activation.GELU_TANH;
import static io.zoetrope.ops.Activation.NONE;
import static io.zoetrope.ops.Activation.SILU;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Every operation at the shapes of three models: the demo model (80 video tokens of 256), Wan 2.1
 * 1.3B (1,280 and 1,560 tokens of 1,536, a text encoder of 4,096), and their video autoencoders (16
 * to 64, and 96 to 384 channels; one step of a decoding at 256x256).
 */
final class KernelCases {
  private static final float EPS = 1e-6f;

  /** Rows x features of the tokens. */
  private static final String[] TOKENS = {"80x256", "1280x1536", "1560x1536"};

  /** Frames x height x width x channels, from the lowest to the highest resolution. */
  private static final String[] VIDEOS = {
    "4x64x64x16", "1x32x32x384", "2x64x64x384", "4x128x128x192", "4x256x256x96"
  };

  private KernelCases() {}

  /** All of them, matrix work first. */
  static List<KernelCase> all() {
    return Stream.of(linear(), attention(), convolution(), rows(), video(), memory(), samplers())
        .flatMap(cases -> cases)
        .toList();
  }

  /** What an operation does, given its operands' sizes. */
  private interface Work {
    Consumer<Ops> of(Inputs in, int[] sizes);
  }

  private static Stream<KernelCase> each(String operation, String[] shapes, Work work) {
    return Arrays.stream(shapes)
        .map(shape -> new KernelCase(operation, shape, in -> work.of(in, numbers(shape))));
  }

  private static KernelCase one(
      String operation, String shape, Function<Inputs, Consumer<Ops>> work) {
    return new KernelCase(operation, shape, work);
  }

  /** The numbers of a shape that is written like {@code 80x256x1024}. */
  static int[] numbers(String shape) {
    return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
  }

  // ---------------------------------------------------------------- matrix work

  /** Rows x in features x out features. */
  private static Stream<KernelCase> linear() {
    String[] shapes = {
      "80x256x256",
      "80x1024x256",
      "512x256x256",
      "1x1536x9216",
      "512x4096x1536",
      "1280x1536x1536",
      "1560x1536x1536",
      "1280x8960x1536",
      "1560x8960x1536"
    };
    String[] hidden = {"80x256x1024", "1280x1536x8960", "1560x1536x8960"};
    String[] residual = {"80x1024x256", "1280x1536x1536", "1280x8960x1536", "1560x8960x1536"};
    String[] product = {"32x128x256", "512x4096x10240"};
    String[] triple = {"80x256x256", "1280x1536x1536", "1560x1536x1536"};
    return Stream.of(
            each("linear", shapes, (in, s) -> linear(in, s, NONE)),
            each("linear", hidden, (in, s) -> linear(in, s, GELU_TANH))
                .map(item -> one("linear", item.shape() + " gelu", item.work())),
            each("linears", triple, KernelCases::queryKeyValue)
                .map(item -> one("linears", "3 of " + item.shape(), item.work())),
            each("linearAddInPlace", residual, KernelCases::linearAdd),
            each("linearMultiplyInPlace", product, KernelCases::linearMultiply))
        .flatMap(cases -> cases);
  }

  private static Consumer<Ops> linear(Inputs in, int[] sizes, Activation activation) {
    Tensor x = in.activations(sizes[0], sizes[1]);
    Tensor weight = in.weight(sizes[2], sizes[1]);
    Tensor bias = in.activations(sizes[2]);
    return ops -> ops.linear(x, weight, bias, activation);
  }

  private static Consumer<Ops> queryKeyValue(Inputs in, int[] sizes) {
    Tensor x = in.activations(sizes[0], sizes[1]);
    List<Tensor> weights =
        IntStream.range(0, 3).mapToObj(_ -> in.weight(sizes[2], sizes[1])).toList();
    List<Tensor> biases = IntStream.range(0, 3).mapToObj(_ -> in.activations(sizes[2])).toList();
    return ops -> ops.linears(x, weights, biases);
  }

  private static Consumer<Ops> linearAdd(Inputs in, int[] sizes) {
    Tensor out = in.activations(sizes[0], sizes[2]);
    Tensor x = in.activations(sizes[0], sizes[1]);
    Tensor weight = in.weight(sizes[2], sizes[1]);
    Tensor bias = in.activations(sizes[2]);
    Tensor gate = in.floats(sizes[2]);
    return ops -> ops.linearAddInPlace(out, x, weight, bias, gate);
  }

  private static Consumer<Ops> linearMultiply(Inputs in, int[] sizes) {
    Tensor out = in.activations(sizes[0], sizes[2]);
    Tensor x = in.activations(sizes[0], sizes[1]);
    Tensor weight = in.weight(sizes[2], sizes[1]);
    return ops -> ops.linearMultiplyInPlace(out, x, weight, null);
  }

  /** Queries x keys x heads x head dim. */
  private static Stream<KernelCase> attention() {
    String[] shapes = {
      "80x80x4x64",
      "80x512x4x64",
      "1280x1280x12x128",
      "1560x1560x12x128",
      "1280x512x12x128",
      "1560x512x12x128",
      "1024x1024x1x384"
    };
    return Stream.concat(
        each("attention", shapes, (in, s) -> attention(in, s, null)),
        each(
                "attention",
                new String[] {"512x512x64x64"},
                (in, s) -> attention(in, s, in.floats(s[2], s[0], s[1])))
            .map(item -> one("attention", item.shape() + " bias", item.work())));
  }

  private static Consumer<Ops> attention(Inputs in, int[] sizes, Tensor bias) {
    int features = sizes[2] * sizes[3];
    Tensor q = in.activations(sizes[0], features);
    Tensor k = in.activations(sizes[1], features);
    Tensor v = in.activations(sizes[1], features);
    float scale = (float) (1 / Math.sqrt(sizes[3]));
    return ops -> ops.attention(q, k, v, sizes[2], scale, bias);
  }

  /** In channels x out channels x frames x height x width. */
  private static Stream<KernelCase> convolution() {
    String[] cubes = {
      "64x64x1x8x8",
      "64x64x2x16x16",
      "32x32x4x32x32",
      "16x16x4x64x64",
      "16x3x4x64x64",
      "16x384x1x32x32",
      "384x384x1x32x32",
      "384x384x2x64x64",
      "192x384x2x64x64",
      "192x192x4x128x128",
      "96x96x4x256x256",
      "96x3x4x256x256"
    };
    String[] residual = {
      "64x64x2x16x16", "384x384x2x64x64", "192x192x4x128x128", "96x96x4x256x256"
    };
    String[] points = {"192x384x2x64x64"};
    String[] times = {"64x128x1x8x8", "384x768x1x32x32"};
    String[] upsampled = {"64x32x2x8x8", "384x192x2x32x32", "192x96x4x128x128"};
    String[] strided = {"96x96x4x256x256", "192x192x4x128x128"};
    ConvGeometry down = new ConvGeometry(1, 2, 2, 0, 0, 1, 0, 1);
    ConvGeometry around = ConvGeometry.causal(0, 1);
    ConvGeometry flat = ConvGeometry.causal(0, 0);
    return Stream.of(
            each("conv3d", cubes, (in, s) -> convolution(in, s, 3, 3, around))
                .map(item -> one("conv3d", "3x3x3 " + item.shape(), item.work())),
            each("conv3dAddInPlace", residual, KernelCases::convolutionAdd)
                .map(item -> one("conv3dAddInPlace", "3x3x3 " + item.shape(), item.work())),
            each("conv3d", points, (in, s) -> convolution(in, s, 1, 1, flat))
                .map(item -> one("conv3d", "1x1x1 " + item.shape(), item.work())),
            each("conv3d", times, (in, s) -> convolution(in, s, 3, 1, flat))
                .map(item -> one("conv3d", "3x1x1 " + item.shape(), item.work())),
            each("conv3d", upsampled, (in, s) -> convolution(in, s, 1, 3, around.upsampled()))
                .map(item -> one("conv3d", "1x3x3 doubled " + item.shape(), item.work())),
            each("conv3d", strided, (in, s) -> convolution(in, s, 1, 3, down))
                .map(item -> one("conv3d", "1x3x3 halved " + item.shape(), item.work())))
        .flatMap(cases -> cases);
  }

  private static Tensor history(Inputs in, int[] sizes, int kernelFrames) {
    return kernelFrames == 1
        ? null
        : in.activations(kernelFrames - 1L, sizes[3], sizes[4], sizes[0]);
  }

  private static Consumer<Ops> convolution(
      Inputs in, int[] sizes, int kernelFrames, int kernelSize, ConvGeometry geometry) {
    Tensor x = in.activations(sizes[2], sizes[3], sizes[4], sizes[0]);
    Tensor history = history(in, sizes, kernelFrames);
    Tensor weight = in.weight(sizes[1], sizes[0], kernelFrames, kernelSize, kernelSize);
    Tensor bias = in.activations(sizes[1]);
    return ops -> ops.conv3d(x, history, weight, bias, geometry);
  }

  private static Consumer<Ops> convolutionAdd(Inputs in, int[] sizes) {
    Tensor out = in.activations(sizes[2], sizes[3], sizes[4], sizes[1]);
    Tensor x = in.activations(sizes[2], sizes[3], sizes[4], sizes[0]);
    Tensor history = history(in, sizes, 3);
    Tensor weight = in.weight(sizes[1], sizes[0], 3, 3, 3);
    Tensor bias = in.activations(sizes[1]);
    return ops -> ops.conv3dAddInPlace(out, x, history, weight, bias, ConvGeometry.causal(0, 1));
  }

  // ---------------------------------------------------------------- memory-bound work

  /** An operation on tokens and a vector of features. */
  private interface RowWork {
    void run(Ops ops, Tensor x, Tensor vector);
  }

  private static Stream<KernelCase> row(String operation, boolean exact, RowWork work) {
    return each(
        operation,
        TOKENS,
        (in, s) -> {
          Tensor x = in.activations(s[0], s[1]);
          Tensor vector = exact ? in.floats(s[1]) : in.activations(s[1]);
          return ops -> work.run(ops, x, vector);
        });
  }

  private static Stream<KernelCase> rows() {
    return Stream.of(
            row("layerNorm", false, (ops, x, vector) -> ops.layerNorm(x, vector, vector, EPS)),
            row("adaLayerNorm", true, (ops, x, vector) -> ops.adaLayerNorm(x, vector, vector, EPS)),
            row("rmsNorm", false, (ops, x, vector) -> ops.rmsNorm(x, vector, EPS)),
            row("addGatedInPlace", true, (ops, x, vector) -> ops.addGatedInPlace(x, x, vector)),
            row("addInPlace", false, (ops, x, _) -> ops.addInPlace(x, x)),
            row("add", false, (ops, x, vector) -> ops.add(x, vector)),
            row("multiply", false, (ops, x, vector) -> ops.multiply(x, vector)),
            row("activate", false, (ops, x, _) -> ops.activate(x, GELU_TANH)),
            each("ropeInPlace", new String[] {"80x4x64", "1280x12x128"}, KernelCases::rope),
            each(
                "rmsNormRopeInPlace",
                new String[] {"80x4x64", "1280x12x128"},
                KernelCases::normRope))
        .flatMap(cases -> cases);
  }

  private static Consumer<Ops> rope(Inputs in, int[] sizes) {
    Tensor x = in.activations(sizes[0], (long) sizes[1] * sizes[2]);
    Tensor cos = in.floats(sizes[0], sizes[2] / 2);
    return ops -> ops.ropeInPlace(x, cos, cos, sizes[1]);
  }

  private static Consumer<Ops> normRope(Inputs in, int[] sizes) {
    Tensor x = in.activations(sizes[0], (long) sizes[1] * sizes[2]);
    Tensor weight = in.activations((long) sizes[1] * sizes[2]);
    Tensor cos = in.floats(sizes[0], sizes[2] / 2);
    return ops -> ops.rmsNormRopeInPlace(x, weight, EPS, cos, cos, sizes[1]);
  }

  private static Stream<KernelCase> video() {
    return Stream.of(
            each(
                "channelNorm",
                VIDEOS,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]);
                  Tensor gamma = in.activations(s[3]);
                  return ops -> ops.channelNorm(x, gamma, SILU);
                }),
            each(
                "upsampleNearest",
                new String[] {"2x8x8x64", "2x32x32x384", "4x128x128x192"},
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]);
                  return ops -> ops.upsampleNearest(x, s[0], 2L * s[1], 2L * s[2], false);
                }),
            each(
                "clampInPlace",
                new String[] {"4x64x64x3", "4x256x256x3"},
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]);
                  return ops -> ops.clampInPlace(x, -1, 1);
                }))
        .flatMap(cases -> cases);
  }

  private static Stream<KernelCase> memory() {
    String[] permuted = {"16x5x8x8", "16x5x32x32", "3x17x256x256"};
    return Stream.of(
            each(
                "copy",
                permuted,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]).permute(1, 2, 3, 0);
                  return ops -> ops.copy(x);
                }),
            each(
                "cast",
                TOKENS,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1]);
                  DType other = in.dtype() == DType.F32 ? DType.BF16 : DType.F32;
                  return ops -> ops.cast(x, other);
                }),
            each(
                "fill",
                TOKENS,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1]);
                  return ops -> ops.fill(x, 1);
                }),
            each(
                "embedding",
                new String[] {"32x128", "512x4096"},
                (in, s) -> {
                  Tensor table = in.weight(2048, s[1]);
                  int[] ids = IntStream.range(0, s[0]).map(i -> i * 37 % 2048).toArray();
                  return ops -> ops.embedding(table, ids, in.dtype());
                }))
        .flatMap(cases -> cases);
  }

  /** Latents of the demo model and of 832x480 with 81 frames; frames of both. */
  private static Stream<KernelCase> samplers() {
    String[] latents = {"16x5x8x8", "16x21x60x104"};
    String[] frames = {"4x64x64x3", "4x480x832x3"};
    return Stream.of(
            each(
                "linearCombinationInto",
                latents,
                (in, s) -> {
                  Tensor sample = in.floats(s[0], s[1], s[2], s[3]);
                  Tensor velocity = in.activations(s[0], s[1], s[2], s[3]);
                  double[] weights = {1, -0.02};
                  return ops -> ops.linearCombinationInto(sample, weights, sample, velocity);
                }),
            each(
                "timestepEmbedding",
                new String[] {"1x256"},
                (in, s) -> {
                  Tensor timesteps = in.floats(s[0]);
                  return ops -> ops.timestepEmbedding(timesteps, s[1], true, 0);
                }),
            each(
                "toPixels",
                frames,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]);
                  return ops -> ops.toPixels(x);
                }),
            each(
                "isFinite",
                frames,
                (in, s) -> {
                  Tensor x = in.activations(s[0], s[1], s[2], s[3]);
                  return ops -> ops.isFinite(x);
                }))
        .flatMap(cases -> cases);
  }
}
