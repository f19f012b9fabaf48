package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.cases.Bound;
import io.zoetrope.ops.cases.Operand;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/**
 * Compares results of a backend with those of {@link ReferenceBackend} on the same values in
 * float32; errors are {@link AssertionError}s.
 *
 * <p>An error is measured against the magnitude of what was added up, which the {@link Bound} of a
 * case says how to find, since cancellation is no fault of the backend. A BF16 result may differ by
 * its final rounding in addition.
 */
public class CaseCheck implements AutoCloseable {
  private static final double HALF_ULP_OF_BF16 = 1.0 / 256;
  private static final double F32_ERROR = 2e-6;

  /** The last bit of a value near one, as a part of {@link #F32_ERROR}. */
  private static final float LAST_BIT = 0.05f;

  /** Side of the squares of results that may share their errors, and how large these may be. */
  private static final int TILE = 4;

  private static final float AMPLIFICATION = 8;

  /** What is asked of the reference: a case, and what of the comparison changes the bound. */
  private record Question(OperationCase test, boolean roundsProbabilities, boolean sharesErrors) {}

  /** A result, and what its errors are measured with. */
  private record Expected(Tensor want, float[] magnitude, float[] between) {}

  private static final Map<Question, SoftReference<Expected>> EXPECTED = new ConcurrentHashMap<>();

  private final Ops tested;
  private final Ops reference = new Ops(new ReferenceBackend());
  private final boolean roundsProbabilities;
  private final boolean sharesErrors;

  /**
   * A comparison.
   *
   * @param roundsProbabilities whether attention rounds the probabilities of BF16 operands before
   *     it multiplies the values with them, as tensor cores want it
   * @param sharesErrors whether convolutions are computed by an algorithm whose results share sums,
   *     so that the largest of 4 x 4 neighbours bounds the errors of all
   */
  public CaseCheck(Ops tested, boolean roundsProbabilities, boolean sharesErrors) {
    this.tested = tested;
    this.roundsProbabilities = roundsProbabilities;
    this.sharesErrors = sharesErrors;
  }

  /** Runs a case on both backends. */
  public final void run(OperationCase test) {
    List<Tensor> host = test.host();
    Tensor got = onDevice(test, host);
    Expected expected = expected(test, host);
    if (test.bound() == Bound.EQUAL) {
      checkEqual(test.toString(), got, expected.want());
    } else {
      check(test, got, expected);
    }
  }

  /** Computed once for all backends that are compared in a row, while there is memory for it. */
  private Expected expected(OperationCase test, List<Tensor> host) {
    Question question =
        new Question(
            test,
            roundsProbabilities && test.bound() == Bound.SCORES,
            sharesErrors && isConvolution(test));
    SoftReference<Expected> known = EXPECTED.get(question);
    Expected expected = known == null ? null : known.get();
    if (expected == null) {
      expected = compute(test, host);
      EXPECTED.put(question, new SoftReference<>(expected));
    }
    return expected;
  }

  private Expected compute(OperationCase test, List<Tensor> host) {
    try (var _ = reference.scope()) {
      if (test.bound() == Bound.EQUAL) {
        Tensor want = test.run(reference, test.on(reference, host));
        return new Expected(reference.download(want), null, null);
      }
      Tensor want = with(test, host, CaseCheck::widened);
      float[] magnitude = magnitude(test, host, want);
      float[] between = between(test, host, want, magnitude);
      return new Expected(reference.download(want), magnitude, between);
    }
  }

  private static boolean isConvolution(OperationCase test) {
    return test.operation().startsWith("conv3d");
  }

  /** Looks at a result on the device that is none of the operands. */
  protected void inspect(Tensor result) {}

  /** The result in host memory. */
  private Tensor onDevice(OperationCase test, List<Tensor> host) {
    // Each operand in an allocation of its own, and results in memory that nobody had before, so
    // that a step beyond an end can be noticed.
    try (Buffers buffers = tested.buffers("operands")) {
      List<Tensor> there = new ArrayList<>();
      for (int i = 0; i < host.size(); i++) {
        there.add(onDevice(test.operands().get(i), host.get(i), buffers));
      }
      Tensor result = test.run(tested, there);
      if (there.stream().noneMatch(operand -> operand == result)) {
        inspect(result);
      }
      return tested.download(result);
    }
  }

  private Tensor onDevice(Operand operand, Tensor host, Buffers buffers) {
    if (operand.isPlaced()) {
      return operand.on(tested, host);
    }
    Tensor there = buffers.allocate(host.dtype(), host.shape());
    tested.backend().upload(there, host);
    return there;
  }

  private Tensor with(OperationCase test, List<Tensor> host, UnaryOperator<Tensor> change) {
    return test.run(reference, test.on(reference, host.stream().map(change).toList()));
  }

  private float[] magnitude(OperationCase test, List<Tensor> host, Tensor want) {
    return switch (test.bound()) {
      case EQUAL, ROUNDED -> constant(want, 0);
      case CLOSE -> constant(want, LAST_BIT * largest(want));
      case LARGEST -> constant(want, largest(want));
      case SUMS, ADDED, MULTIPLIED -> {
        Tensor sums = with(test, host, CaseCheck::absolute);
        yield sharesErrors && isConvolution(test) ? largestOfTiles(sums) : sums.toFloats();
      }
      case ROTATED -> constant(want, largest(host.getFirst()) * angles(host));
      case NORMALISED -> {
        Tensor x = widened(host.getFirst());
        Tensor norm = reference.rmsNorm(x, widened(host.get(1)), 1e-6f);
        yield constant(want, largest(norm) * angles(host));
      }
      case SCORES -> {
        // An error of a score moves weight between values, in proportion to the score's size.
        double scores = largest(host.get(0)) * largest(host.get(1));
        scores *= Math.sqrt(host.getFirst().size(1));
        yield constant(want, largest(host.get(2)) * (1 + Math.min(scores, 1e3)));
      }
    };
  }

  private static double angles(List<Tensor> host) {
    return largest(host.getLast()) + largest(host.get(host.size() - 2));
  }

  /** What another result counts that is rounded before the last one. */
  private float[] between(OperationCase test, List<Tensor> host, Tensor want, float[] magnitude) {
    float[] between = want.toFloats();
    return switch (test.bound()) {
      case MULTIPLIED -> between;
      case NORMALISED -> magnitude;
      case ADDED -> {
        float[] base = host.getFirst().toFloats();
        for (int i = 0; i < between.length; i++) {
          between[i] -= base[i];
        }
        yield between;
      }
      case SCORES -> {
        if (!roundsProbabilities) {
          yield new float[between.length];
        }
        List<Tensor> values = new ArrayList<>(host.stream().map(CaseCheck::widened).toList());
        values.set(2, absolute(values.get(2)));
        yield test.run(reference, test.on(reference, values)).toFloats();
      }
      default -> new float[between.length];
    };
  }

  private static void check(OperationCase test, Tensor got, Expected expected) {
    float[] want = expected.want().toFloats();
    float[] magnitude = expected.magnitude();
    float[] between = expected.between();
    float[] actual = got.toFloats();
    assertEquals(want.length, actual.length, test.toString());
    for (int i = 0; i < want.length; i++) {
      if (Float.isFinite(want[i])) {
        double rounded = Math.abs(want[i]) + (1 + HALF_ULP_OF_BF16) * Math.abs(between[i]);
        double rounding = got.dtype() == DType.BF16 ? rounded * HALF_ULP_OF_BF16 : 0;
        double allowed = F32_ERROR * magnitude[i] + rounding + Float.MIN_NORMAL;
        if (!(Math.abs(actual[i] - want[i]) <= allowed)) {
          throw new AssertionError(
              "%s: element %d: %s instead of %s".formatted(test, i, actual[i], want[i]));
        }
      } else {
        assertEquals(want[i], actual[i], test + ": element " + i);
      }
    }
  }

  /** To the bit, but any NaN is as good as another; {@code got} is in host memory. */
  static void checkEqual(String what, Tensor got, Tensor want) {
    assertEquals(want.shape(), got.shape(), what);
    assertEquals(want.dtype(), got.dtype(), what);
    assertTrue(got.storage() instanceof HostStorage, what);
    assertArrayEquals(want.toFloats(), got.toFloats(), what);
  }

  private static float[] largestOfTiles(Tensor absolute) {
    float[] values = absolute.toFloats();
    int height = absolute.intSize(1);
    int width = absolute.intSize(2);
    int channels = absolute.intSize(3);
    int tileColumns = Math.ceilDiv(width, TILE);
    int tileRows = Math.ceilDiv(height, TILE);
    float[] largest = new float[absolute.intSize(0) * tileRows * tileColumns * channels];
    int[] tiles = new int[values.length];
    for (int i = 0; i < values.length; i++) {
      int pixel = i / channels;
      int row = pixel / width % height;
      int frame = pixel / width / height;
      int tile = (frame * tileRows + row / TILE) * tileColumns + pixel % width / TILE;
      tiles[i] = tile * channels + i % channels;
      largest[tiles[i]] = Math.max(largest[tiles[i]], AMPLIFICATION * values[i]);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] = largest[tiles[i]];
    }
    return values;
  }

  private static Tensor widened(Tensor tensor) {
    return Tensor.of(tensor.toFloats(), tensor.shape().sizes());
  }

  private static Tensor absolute(Tensor tensor) {
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return Tensor.of(values, tensor.shape().sizes());
  }

  @Override
  public void close() {
    reference.close();
  }

  private static double largest(Tensor tensor) {
    double largest = 0;
    for (float value : tensor.toFloats()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  private static float[] constant(Tensor like, double value) {
    float[] values = new float[Math.toIntExact(like.count())];
    Arrays.fill(values, (float) value);
    return values;
  }
}
