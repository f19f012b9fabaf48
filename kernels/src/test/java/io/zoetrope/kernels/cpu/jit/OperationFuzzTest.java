package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.kernel.Fuzz;
import io.zoetrope.kernels.cpu.jit.op.ConvolutionAlgorithm;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendContract;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Linear maps, attention and convolutions of random shapes on every instruction set against the
 * definition, with the tolerance of {@link BackendContract}, all tensors between pages that may not
 * be touched: see {@link Fuzz}.
 */
class OperationFuzzTest {
  private static final int CASES = 200;
  private static final double HALF_ULP_OF_BF16 = 1.0 / 256;
  private static final int[] SIZES = {
    1, 2, 3, 5, 7, 8, 15, 16, 17, 31, 32, 33, 47, 48, 61, 63, 64, 65, 96, 97, 128, 129
  };
  private static final DType[] STORED = {
    DType.F32, DType.BF16, DType.F16, DType.F8_E4M3, DType.F8_E5M2
  };

  /** A backend, the instruction set that its code is made of, and how it computes convolutions. */
  private record Tested(InstructionSet set, ConvolutionAlgorithm convolutions, Backend backend) {
    static Stream<Tested> of(Machine machine) {
      return Stream.of(ConvolutionAlgorithm.IMPLICIT_GEMM, ConvolutionAlgorithm.WINOGRAD)
          .map(algorithm ->
              new Tested(
                  machine.set(),
                  algorithm,
                  new GeneratedBackend(2, machine.set(), machine.loader(), algorithm)));
    }
  }

  private final List<Tested> all = new ArrayList<>();
  private final Ops reference = new Ops(new ReferenceBackend());

  @BeforeEach
  void open() {
    Machine.all().flatMap(Tested::of).forEach(all::add);
  }

  @AfterEach
  void close() {
    all.forEach(tested -> tested.backend.close());
    reference.close();
  }

  @Test
  void randomOperations() {
    Fuzz.run(
        "operations",
        CASES,
        random -> {
          Tested tested = all.get(random.nextInt(all.size()));
          try (GuardedTensors memory = new GuardedTensors(random);
              var _ = reference.scope("case")) {
            new Case(random, tested, memory).run();
            memory.checkGuards();
          }
        });
  }

  /** One operation on one backend. */
  private final class Case {
    private final Random random;
    private final Tested tested;
    private final GuardedTensors memory;
    private final DType dtype;

    /** What wider weights are rounded to. */
    private final DType rounding;

    Case(Random random, Tested tested, GuardedTensors memory) {
      this.random = random;
      this.tested = tested;
      this.memory = memory;
      dtype = random.nextBoolean() ? DType.F32 : DType.BF16;
      rounding = random.nextBoolean() ? DType.F32 : DType.BF16;
    }

    void run() {
      switch (random.nextInt(4)) {
        case 0 -> linear();
        case 1 -> linearAddInPlace();
        case 2 -> attention();
        default -> convolution();
      }
    }

    private int size() {
      return SIZES[random.nextInt(SIZES.length)];
    }

    /** A weight in guarded memory, or now and then on the heap. */
    private Tensor weight(long... sizes) {
      Tensor weight = memory.values(STORED[random.nextInt(STORED.length)], sizes);
      return random.nextInt(4) == 0 ? widened(weight) : weight;
    }

    private Tensor placed(Tensor weight) {
      return weight == null ? null : tested.backend.place(weight, rounding);
    }

    /** What the definition takes for the placed weight. */
    private Tensor rounded(Tensor weight) {
      return weight == null ? null : reference.backend().place(weight, rounding);
    }

    private void linear() {
      int depth = size();
      int features = size();
      Tensor x = memory.values(dtype, size(), depth);
      Tensor weight = weight(features, depth);
      Tensor bias = random.nextBoolean() ? weight(features) : null;
      Activation activation = Activation.values()[random.nextInt(Activation.values().length)];
      Tensor out = memory.values(dtype, x.size(0), features);
      tested.backend.run(new Linear(out, x, placed(weight), placed(bias), activation));
      check(
          "linear %s x %s, %s".formatted(x, weight, activation),
          out,
          reference.linear(widened(x), rounded(weight), rounded(bias), activation).toFloats(),
          reference
              .linear(absolute(x), absolute(weight), absolute(bias), Activation.NONE)
              .toFloats(),
          null);
    }

    private void linearAddInPlace() {
      int rows = size();
      int depth = size();
      int features = size();
      Tensor x = memory.values(dtype, rows, depth);
      Tensor weight = weight(features, depth);
      Tensor bias = random.nextBoolean() ? weight(features) : null;
      Tensor gate =
          switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> memory.values(DType.F32, features);
            default -> part(memory.values(DType.F32, rows, 3L * features), features);
          };
      Tensor out = memory.values(dtype, rows, features);
      float[] base = out.toFloats();
      Tensor want = widened(out);
      reference.linearAddInPlace(want, widened(x), rounded(weight), rounded(bias), gate);
      Tensor magnitude = absolute(out);
      reference.linearAddInPlace(
          magnitude, absolute(x), absolute(weight), absolute(bias), absolute(gate));
      tested.backend.run(new LinearAdd(out, x, placed(weight), placed(bias), gate));
      check(
          "linearAddInPlace %s x %s, gate %s".formatted(x, weight, gate),
          out,
          want.toFloats(),
          magnitude.toFloats(),
          differences(want.toFloats(), base));
    }

    private void attention() {
      int heads = 1 + random.nextInt(3);
      int features = heads * size();
      int queries = size();
      int keys = random.nextInt(8) == 0 ? 500 + size() : size();
      Tensor q = rows(queries, features);
      Tensor k = rows(keys, features);
      Tensor v = rows(keys, features);
      Tensor bias =
          random.nextBoolean()
              ? null
              : memory.values(
                  DType.F32,
                  random.nextBoolean() ? 1 : heads,
                  random.nextBoolean() ? 1 : queries,
                  keys);
      float scale = (float) (1 / Math.sqrt(features / (double) heads));
      Tensor out = memory.values(dtype, queries, features);
      tested.backend.run(new Attention(out, q, k, v, heads, scale, bias));
      float[] want =
          reference.attention(widened(q), widened(k), widened(v), heads, scale, bias).toFloats();
      float[] between = null;
      if (dtype == DType.BF16 && tested.set.multipliesHalves()) {
        between =
            reference.attention(widened(q), widened(k), absolute(v), heads, scale, bias).toFloats();
      }
      // An error of a score moves weight between values, in proportion to the score's size.
      double scores = largest(q) * largest(k) * scale * features / heads;
      float[] magnitude = new float[want.length];
      Arrays.fill(magnitude, (float) (largest(v) * (1 + Math.min(scores, 1e3))));
      check(
          "attention %s, %s, %d heads, bias %s".formatted(q, k, heads, bias),
          out,
          want,
          magnitude,
          between);
    }

    /** Rows that may be a part of wider ones. */
    private Tensor rows(int rows, int features) {
      return random.nextBoolean()
          ? memory.values(dtype, rows, features)
          : part(memory.values(dtype, rows, 3L * features), features);
    }

    private Tensor part(Tensor table, int features) {
      return table.narrow(1, random.nextInt(3) * (long) features, features);
    }

    private void convolution() {
      int in = size();
      int channels = size();
      boolean winograd = tested.convolutions == ConvolutionAlgorithm.WINOGRAD;
      int[] kernel = IntStream.generate(() -> 1 + random.nextInt(3)).limit(3).toArray();
      if (winograd) {
        kernel[1] = Winograd.KERNEL;
        kernel[2] = Winograd.KERNEL;
      }
      int height = 1 + random.nextInt(6);
      int width = random.nextInt(6) == 0 ? size() : 1 + random.nextInt(9);
      Tensor x = memory.values(dtype, 1 + random.nextInt(3), height, width, in);
      Tensor history =
          random.nextBoolean()
              ? null
              : memory.values(dtype, 1 + random.nextInt(2), height, width, in);
      Tensor weight = weight(channels, in, kernel[0], kernel[1], kernel[2]);
      Tensor bias = random.nextBoolean() ? weight(channels) : null;
      ConvGeometry geometry =
          new ConvGeometry(
              1 + random.nextInt(2),
              winograd ? 1 : 1 + random.nextInt(2),
              winograd ? 1 : 1 + random.nextInt(2),
              kernel[0] - 1,
              random.nextInt(3) + kernel[1] / 2,
              random.nextInt(3) + kernel[1] / 2,
              random.nextInt(3) + kernel[2] / 2,
              random.nextInt(3) + kernel[2] / 2,
              1 + random.nextInt(2));
      Tensor past = history == null ? null : widened(history);
      Tensor product = reference.conv3d(widened(x), past, rounded(weight), rounded(bias), geometry);
      float[] want = product.toFloats();
      float[] magnitude = magnitude(x, history, weight, bias, geometry);
      if (winograd) {
        // Neighbours share sums, and with them errors, also with those beyond the borders, which
        // are
        // computed and left out: the largest of a channel bounds all of it.
        float[] largest = new float[channels];
        float[] wide = magnitude(x, history, weight, bias, padded(geometry, Winograd.TILE));
        for (int i = 0; i < wide.length; i++) {
          largest[i % channels] = Math.max(largest[i % channels], 8 * wide[i]);
        }
        for (int i = 0; i < magnitude.length; i++) {
          magnitude[i] = largest[i % channels];
        }
      }
      Tensor out = memory.values(dtype, product.shape().sizes());
      Tensor residual =
          switch (random.nextInt(3)) {
            case 0 -> null;
            case 1 -> out;
            default -> memory.values(dtype, product.shape().sizes());
          };
      float[] between = residual == null ? null : want.clone();
      if (residual != null) {
        float[] base = residual.toFloats();
        for (int i = 0; i < want.length; i++) {
          want[i] += base[i];
          magnitude[i] += Math.abs(base[i]);
        }
      }
      tested.backend.run(
          new Convolution(out, x, history, placed(weight), placed(bias), geometry, residual));
      check("conv3d %s x %s, %s".formatted(x, weight, geometry), out, want, magnitude, between);
    }

    /** Sums of the absolute values of what a convolution adds up. */
    private float[] magnitude(
        Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
      return reference
          .conv3d(absolute(x), absolute(history), absolute(weight), absolute(bias), geometry)
          .toFloats();
    }

    /** With more zeros on every side. */
    private static ConvGeometry padded(ConvGeometry g, int more) {
      return new ConvGeometry(
          g.strideFrames(),
          g.strideHeight(),
          g.strideWidth(),
          g.front(),
          g.top() + more,
          g.bottom() + more,
          g.left() + more,
          g.right() + more,
          g.upsample());
    }

    /**
     * Compares.
     *
     * @param magnitude sums of the absolute values of what was added up
     * @param between what is rounded on its way into the result, or null
     */
    private void check(
        String what, Tensor out, float[] expected, float[] magnitude, float[] between) {
      float[] actual = out.toFloats();
      for (int i = 0; i < expected.length; i++) {
        double allowed = 2e-6 * magnitude[i] + Float.MIN_NORMAL;
        if (dtype == DType.BF16) {
          double rounded = between == null ? 0 : (1 + HALF_ULP_OF_BF16) * Math.abs(between[i]);
          allowed += HALF_ULP_OF_BF16 * (Math.abs(expected[i]) + rounded);
        }
        String message =
            "%s, %s: element %d: %s instead of %s"
                .formatted(tested.backend.name(), what, i, actual[i], expected[i]);
        assertTrue(Math.abs(actual[i] - expected[i]) <= allowed, message);
      }
    }
  }

  private static Tensor widened(Tensor tensor) {
    return Tensor.of(tensor.toFloats(), tensor.shape().sizes());
  }

  private static Tensor absolute(Tensor tensor) {
    if (tensor == null) {
      return null;
    }
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(values, tensor.shape().sizes());
  }

  private static double largest(Tensor tensor) {
    double largest = 0;
    for (float value : tensor.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static float[] differences(float[] a, float[] b) {
    float[] differences = new float[a.length];
    for (int i = 0; i < a.length; i++) {
      differences[i] = a[i] - b[i];
    }
    return differences;
  }
}
