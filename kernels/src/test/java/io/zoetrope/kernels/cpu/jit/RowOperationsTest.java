package io.zoetrope.kernels.cpu.jit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.jit.asm.CpuFeatures;
import io.zoetrope.kernels.cpu.jit.asm.InstructionSet;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.ElementOperation.Clamp;
import io.zoetrope.ops.ElementOperation.Embedding;
import io.zoetrope.ops.ElementOperation.Multiply;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Memory-bound operations on random shapes against their definitions, with bytes around every
 * tensor that nobody may change.
 */
class RowOperationsTest {
  private static final byte GUARD = (byte) 0xa5;
  private static final int MARGIN = 256;
  private static final float EPSILON = 1e-6f;
  private static final int[] SIZES = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 97, 130, 257};

  private final Random random = new Random(5);
  private final ReferenceBackend definition = new ReferenceBackend();
  private final List<MemorySegment> memory = new ArrayList<>();
  private final List<Tensor> tensors = new ArrayList<>();

  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void randomShapes(Machine machine) {
    int rounds = machine.emulated() ? 4 : 40;
    try (Backend backend = new GeneratedBackend(2, machine.set(), machine.loader())) {
      for (int round = 0; round < rounds; round++) {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
          norms(backend, dtype);
          rotations(backend, dtype);
          elements(backend, dtype);
          copies(backend, dtype);
          memory.clear();
          tensors.clear();
        }
      }
    }
  }

  private void norms(Backend backend, DType dtype) {
    int rows = size();
    int features = size();
    Tensor x = values(dtype, rows, features);
    Tensor weight = values(random.nextBoolean() ? DType.BF16 : DType.F32, features);
    Tensor bias = values(DType.F32, features);
    Tensor table = values(DType.F32, rows, 2L * features);
    Tensor shift = table.narrow(1, 0, features);
    Tensor scale = table.narrow(1, features, features);
    Activation activation = Activation.values()[random.nextInt(4)];
    compare(backend, x, out -> new LayerNorm(out, x, weight, bias, EPSILON));
    compare(backend, x, out -> new LayerNorm(out, x, null, bias, EPSILON));
    compare(backend, x, out -> new LayerNorm(out, x, weight, null, EPSILON));
    compare(backend, x, out -> new LayerNorm(out, x, null, null, EPSILON));
    compare(backend, x, out -> new AdaLayerNorm(out, x, shift, scale, EPSILON));
    compare(backend, x, out -> new AdaLayerNorm(out, x, bias, bias, EPSILON));
    compare(backend, x, out -> new RmsNorm(out, x, weight, EPSILON));
    compare(backend, x, out -> new ChannelNorm(out, x, weight, activation));
    compare(backend, x, out -> new ChannelNorm(out, out, weight, activation));
    Tensor y = values(random.nextBoolean() ? DType.BF16 : DType.F32, rows, features);
    compare(backend, x, out -> new AddGated(out, y, scale));
    compare(backend, x, out -> new AddGated(out, y, bias));
  }

  private void rotations(Backend backend, DType dtype) {
    int rows = size();
    int heads = 1 + random.nextInt(3);
    int pairs = size();
    Tensor x = values(dtype, rows, 2L * heads * pairs);
    Tensor weight = values(DType.F32, 2L * heads * pairs);
    Tensor cos = values(DType.F32, rows, pairs);
    Tensor sin = values(DType.F32, rows, pairs);
    compare(backend, x, out -> new Rope(out, cos, sin, heads));
    compare(backend, x, out -> new RmsNormRope(out, x, weight, EPSILON, cos, sin, heads));
    compare(backend, x, out -> new RmsNormRope(out, out, weight, EPSILON, cos, sin, heads));
  }

  private void elements(Backend backend, DType dtype) {
    int rows = size();
    int columns = size();
    DType other = random.nextBoolean() ? DType.BF16 : DType.F32;
    Tensor x = values(dtype, rows, columns);
    Tensor y = values(other, rows, columns);
    Tensor vector = values(other, columns);
    Activation activation = Activation.values()[random.nextInt(4)];
    compare(backend, x, out -> new Add(out, x, y));
    compare(backend, x, out -> new Add(out, out, vector));
    compare(backend, x, out -> new Multiply(out, x, vector));
    compare(backend, x, out -> new Activate(out, x, activation));
    compare(backend, x, out -> new Clamp(out, -0.5f, 0.7f));
    int[] ids = random.ints(5, 0, rows).toArray();
    Tensor chosen = values(other, ids.length, columns);
    compare(backend, chosen, out -> new Embedding(out, x, ids));
  }

  private void copies(Backend backend, DType dtype) {
    DType other = random.nextBoolean() ? DType.BF16 : DType.F32;
    Tensor x = values(other, 1 + random.nextInt(9), size(), 1 + random.nextInt(70));
    int[][] orders = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
    Tensor view = x.permute(orders[random.nextInt(6)]);
    Tensor part = view.narrow(1, view.size(1) / 2, view.size(1) - view.size(1) / 2);
    compare(backend, values(dtype, part.shape().sizes()), out -> new Copy(out, part));
    long width = 1 + random.nextInt(50);
    Tensor patches = values(other, 3, 2, 4, 2, width, 2).permute(1, 2, 4, 0, 3, 5).narrow(1, 1, 3);
    compare(backend, values(dtype, patches.shape().sizes()), out -> new Copy(out, patches));
    Tensor tokens = values(other, 2, 4, width, 2, 2, 16).permute(5, 0, 1, 3, 2, 4);
    compare(backend, values(dtype, tokens.shape().sizes()), out -> new Copy(out, tokens));
    Tensor wide = values(dtype, part.size(0), part.size(1) + 3, part.size(2));
    compare(
        backend,
        wide,
        out -> new Copy(out.narrow(1, 2, part.size(1)), part),
        out -> new Fill(out.narrow(1, 0, 1), 0.3f));
  }

  /** Compares operations whose results go to a tensor of given values. */
  @SafeVarargs
  private void compare(Backend backend, Tensor start, Function<Tensor, Operation>... operations) {
    Tensor got = values(start.dtype(), start.shape().sizes());
    Tensor want = Tensor.zeros(start.dtype(), start.shape().sizes());
    definition.run(new Copy(got, start));
    definition.run(new Copy(want, start));
    for (var operation : operations) {
      backend.run(operation.apply(got));
      definition.run(operation.apply(want));
    }
    // The definition rounds between the steps of a fused operation, on the dtype of the result.
    double unit = start.dtype() == DType.BF16 ? 0x1p-7 : 4e-6;
    float[] expected = want.toFloats();
    float[] actual = got.toFloats();
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      double tolerance = unit * Math.abs(expected[i]) + unit * largest / 4 + 1e-30;
      int at = i;
      assertTrue(
          Math.abs(expected[i] - actual[i]) <= tolerance,
          () -> "%s [%d]: %s instead of %s".formatted(start, at, actual[at], expected[at]));
    }
    checkGuards();
  }

  private int size() {
    return SIZES[random.nextInt(SIZES.length)];
  }

  /**
   * Random values in the middle of guarded memory. Now and then one is large, but not in vectors: a
   * factor would enlarge the error of one element beyond all results.
   */
  private Tensor values(DType dtype, long... sizes) {
    Shape shape = Shape.of(sizes);
    long start = MARGIN / dtype.bytes() + random.nextInt(9);
    long bytes = (start + shape.count()) * dtype.bytes() + MARGIN;
    MemorySegment segment = Arena.ofAuto().allocate(bytes, 64).fill(GUARD);
    Tensor tensor =
        Tensor.contiguous(new HostStorage(segment), start, dtype, shape, Lifetime.UNBOUNDED);
    for (long i = 0; i < shape.count(); i++) {
      Conversions.fromFloat(segment, dtype, start + i, (float) random.nextGaussian());
    }
    if (sizes.length > 1 && random.nextInt(4) == 0) {
      Conversions.fromFloat(segment, dtype, start + random.nextInt((int) shape.count()), 300);
    }
    memory.add(segment);
    tensors.add(tensor);
    return tensor;
  }

  private void checkGuards() {
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      MemorySegment segment = memory.get(i);
      long begin = tensor.offset() * tensor.dtype().bytes();
      checkGuard(segment, 0, begin);
      checkGuard(segment, begin + tensor.byteSize(), segment.byteSize());
    }
  }

  private static void checkGuard(MemorySegment segment, long from, long to) {
    for (long i = from; i < to; i++) {
      assertEquals(GUARD, segment.get(ValueLayout.JAVA_BYTE, i), "byte " + i);
    }
  }

  /** In whole blocks and behind them; sums with -0 are the other summand. */
  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void resultsAreRoundedToNearestEven(Machine machine) {
    int[] special = {
      0,
      0x80000000,
      0x3f808000,
      0x3f818000,
      0xbf808000,
      0xbf818000,
      0x3f808001,
      0x3f807fff,
      0x7f7f7fff,
      0x7f7f8000,
      0xff7fffff,
      0x7f800000,
      0xff800000,
      0x7fc00000,
      0xffc00000,
      0x7fffffff,
      0xffffffff,
      0x7fff8000,
      0x00000001,
      0x80008000,
      0x00018000,
      0x00ffffff
    };
    int count = 7 * special.length;
    Tensor y = Tensor.zeros(DType.F32, count);
    Tensor want = Tensor.zeros(DType.BF16, count);
    for (int i = 0; i < count; i++) {
      float value = Float.intBitsToFloat(special[i % special.length]);
      Conversions.fromFloat(y.segment(), DType.F32, i, value);
      Conversions.fromFloat(want.segment(), DType.BF16, i, value);
    }
    try (Backend backend = new GeneratedBackend(1, machine.set(), machine.loader())) {
      Tensor sum = Tensor.zeros(DType.BF16, count);
      backend.run(new Fill(sum, -0f));
      backend.run(new Add(sum, sum, y));
      assertArrayEquals(want.toFloats(), sum.toFloats(), 0f);
    }
  }

  /** Far outside of the range in which powers are computed. */
  @ParameterizedTest
  @MethodSource("io.zoetrope.kernels.cpu.jit.asm.Machine#all")
  void activationsOfSpecialValues(Machine machine) {
    float[] special = {
      Float.NaN,
      Float.POSITIVE_INFINITY,
      3e38f,
      -3e38f,
      1e30f,
      -1e30f,
      200,
      -200,
      88.5f,
      -88.5f,
      87.5f,
      -87.5f,
      20,
      -20,
      0,
      -0f,
      Float.MIN_VALUE
    };
    int count = 5 * special.length;
    try (Backend backend = new GeneratedBackend(1, machine.set(), machine.loader())) {
      for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
        Tensor x = Tensor.zeros(dtype, count);
        for (int i = 0; i < count; i++) {
          Conversions.fromFloat(x.segment(), dtype, i, special[i % special.length]);
        }
        for (Activation activation : Activation.values()) {
          Tensor want = Tensor.zeros(dtype, count);
          definition.run(new Activate(want, x, activation));
          Tensor got = Tensor.zeros(dtype, count);
          backend.run(new Activate(got, x, activation));
          float[] expected = want.toFloats();
          float[] actual = got.toFloats();
          float unit = dtype == DType.BF16 ? 0x1p-7f : 0x1p-17f;
          for (int i = 0; i < count; i++) {
            String what = activation + " of " + special[i % special.length];
            float allowed =
                1e-36f + (Float.isFinite(expected[i]) ? unit * Math.abs(expected[i]) : 0);
            assertEquals(expected[i], actual[i], allowed, what);
          }
        }
      }
    }
  }

  /** The work is split among threads when there is enough of it. */
  @Test
  void resultsAreTheSameForAnyNumberOfThreads() {
    Machine machine = new Machine(InstructionSet.AVX2, !onThisMachine());
    Tensor x = values(DType.BF16, 301, 1021);
    Tensor weight = values(DType.F32, 1021);
    List<float[]> alone = results(machine, 1, x, weight);
    for (int threads : new int[] {2, 5}) {
      List<float[]> shared = results(machine, threads, x, weight);
      for (int i = 0; i < alone.size(); i++) {
        assertArrayEquals(alone.get(i), shared.get(i), 0f, threads + " threads, result " + i);
      }
    }
  }

  private static boolean onThisMachine() {
    return CpuFeatures.ofThisMachine().missing(InstructionSet.AVX2).isEmpty();
  }

  private static List<float[]> results(Machine machine, int threads, Tensor x, Tensor weight) {
    try (Backend backend = new GeneratedBackend(threads, machine.set(), machine.loader())) {
      List<float[]> results = new ArrayList<>();
      Tensor out = Tensor.zeros(DType.BF16, x.shape().sizes());
      backend.run(new LayerNorm(out, x, weight, null, EPSILON));
      results.add(out.toFloats());
      backend.run(new Activate(out, x, Activation.GELU_ERF));
      results.add(out.toFloats());
      backend.run(new Add(out, x, weight));
      results.add(out.toFloats());
      backend.run(new Copy(out.reshape(x.size(1), x.size(0)), x.permute(1, 0)));
      results.add(out.toFloats());
      return results;
    }
  }

  /** Generated code can't reach the heap; operations can. */
  @Test
  void resultsReachTensorsOnTheHeap() {
    Machine machine = new Machine(InstructionSet.AVX2, !onThisMachine());
    try (Backend backend = new GeneratedBackend(1, machine.set(), machine.loader())) {
      Tensor x = Tensor.of(new float[] {1, -2, 3, 4, -5, 6}, 2, 3);
      backend.run(new Clamp(x, -1, 4));
      assertArrayEquals(new float[] {1, -1, 3, 4, -1, 4}, x.toFloats());
      backend.run(new Add(x, x, Tensor.of(new float[] {1, 2, 3}, 3)));
      assertArrayEquals(new float[] {2, 1, 6, 5, 1, 7}, x.toFloats());
      backend.run(new Fill(x.narrow(1, 1, 1), 0));
      assertArrayEquals(new float[] {2, 0, 6, 5, 0, 7}, x.toFloats());
      Tensor transposed = Tensor.of(new float[6], 3, 2);
      backend.run(new Copy(transposed, x.permute(1, 0)));
      assertArrayEquals(new float[] {2, 5, 0, 0, 6, 7}, transposed.toFloats());
    }
  }
}
