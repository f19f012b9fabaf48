package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a tracer puts in the place of a result is what is computed with from there on. */
class ReplacementTest {
  private static final float EPS = 1e-6f;

  /** Replaces the results of one path, and sees what is there then. */
  private static final class Replacing implements Tracer {
    private String path = "";
    private UnaryOperator<Tensor> by = tensor -> tensor;
    private final List<float[]> seen = new ArrayList<>();

    @Override
    public boolean replaces(String asked) {
      return asked.equals(path);
    }

    @Override
    public Tensor replacement(String asked, Tensor tensor) {
      return by.apply(tensor);
    }

    @Override
    public boolean wants(String asked) {
      return asked.equals(path);
    }

    @Override
    public void tensor(String asked, Tensor tensor) {
      seen.add(tensor.toFloats());
    }
  }

  private final Replacing tracer = new Replacing();
  private final Ops ops = new Ops(new ReferenceBackend(), tracer);
  private final Tensor one = Tensor.of(new float[] {1, 1}, 2);
  private final Tensor weight = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);

  @AfterEach
  void close() {
    ops.close();
  }

  private static UnaryOperator<Tensor> by(float... values) {
    return tensor -> Tensor.of(values, tensor.shape().sizes());
  }

  private Tensor row(float... values) {
    return ops.upload(Tensor.of(values, 1, values.length));
  }

  @Test
  void aResultIsOverwrittenAndThenSeen() {
    tracer.path = "layer/x";
    tracer.by = by(7, 8);
    Tensor x = row(1, 2);
    try (var _ = ops.scope("layer")) {
      ops.tap("y", x);
      assertArrayEquals(new float[] {1, 2}, x.toFloats());
      ops.tap("x", x.narrow(1, 0, 2));
    }
    assertArrayEquals(new float[] {7, 8}, x.toFloats());
    assertArrayEquals(new float[] {7, 8}, tracer.seen.getFirst());
  }

  @Test
  void replacementsAreRoundedToWhatTheyReplace() {
    tracer.path = "x";
    tracer.by = by(1 + 1f / 1024);
    Tensor x = ops.cast(row(3), DType.BF16);
    ops.tap("x", x);
    assertArrayEquals(new float[] {1}, x.toFloats());
  }

  /** Keys that serve all steps are replaced in one. */
  @Test
  void operandsThatOthersReadStayWhatTheyAre() {
    tracer.path = "attn/key";
    tracer.by = by(0, 0);
    Tensor key = row(1, 2);
    Tensor value = row(5, 6);
    try (var _ = ops.scope("attn")) {
      assertArrayEquals(
          new float[] {5, 6}, ops.attention(row(1, 1), key, value, 1, 1, null).toFloats());
    }
    assertArrayEquals(new float[] {1, 2}, key.toFloats());
    assertArrayEquals(new float[] {0, 0}, tracer.seen.getFirst());
    tracer.path = "attn/value";
    tracer.by = by(-1, -2);
    try (var _ = ops.scope("attn")) {
      assertArrayEquals(
          new float[] {-1, -2}, ops.attention(row(1, 1), key, value, 1, 1, null).toFloats());
    }
    assertArrayEquals(new float[] {5, 6}, value.toFloats());
  }

  @Test
  void theProductBetweenALayerAndItsSumIsReplaced() {
    tracer.path = "layer";
    tracer.by = by(10, 20);
    Tensor gate = Tensor.of(new float[] {2, 0.5f}, 2);
    Tensor x = row(1, 1);
    ops.addGatedInPlace(x, layer(), gate);
    assertArrayEquals(new float[] {1 + 20, 1 + 10}, x.toFloats());
    ops.addInPlace(x, layer());
    assertArrayEquals(new float[] {31, 31}, x.toFloats());
    tracer.path = "layer/gate";
    tracer.by = by(0, 0);
    ops.addGatedInPlace(x, layer(), gate);
    assertArrayEquals(new float[] {31, 31}, x.toFloats());
    assertArrayEquals(new float[] {2, 0.5f}, gate.toFloats());
  }

  private PendingProduct layer() {
    try (var scope = ops.scope("layer")) {
      return scope.hold(ops.linearProduct(row(1, 2), weight, null));
    }
  }

  @Test
  void theNormBeforeItsModulationIsReplaced() {
    tracer.path = "norm";
    tracer.by = by(3, 4);
    Tensor shift = Tensor.of(new float[] {10, 20}, 2);
    try (var _ = ops.scope("norm")) {
      Tensor out = ops.adaLayerNorm(row(1, 3), shift, one, EPS);
      assertArrayEquals(new float[] {10 + 2 * 3, 20 + 2 * 4}, out.toFloats());
    }
  }

  @Test
  void theNormBeforeItsRotationIsReplaced() {
    tracer.path = "norm";
    tracer.by = by(3, 4);
    Tensor x = row(1, 3);
    try (var _ = ops.scope("norm")) {
      ops.rmsNormRopeInPlace(
          x, one, EPS, Tensor.of(new float[] {0}, 1, 1), Tensor.of(new float[] {1}, 1, 1), 1);
    }
    assertArrayEquals(new float[] {-4, 3}, x.toFloats());
  }

  @Test
  void theConvolutionBeforeItsSumIsReplaced() {
    tracer.path = "conv";
    tracer.by = by(1, 2, 3, 4);
    Tensor x = ops.upload(Tensor.of(new float[] {1, 1, 1, 1}, 1, 2, 2, 1));
    try (var _ = ops.scope("conv")) {
      Tensor kernel = Tensor.of(new float[] {3}, 1, 1, 1, 1, 1);
      ops.conv3dAddInPlace(x, ops.copy(x), null, kernel, null, ConvGeometry.causal(0, 0));
    }
    assertArrayEquals(new float[] {2, 3, 4, 5}, x.toFloats());
  }

  @Test
  void whatIsMadeToBeLookedAtCannotBeReplaced() {
    tracer.path = "layer/x";
    try (var _ = ops.scope("layer")) {
      for (Runnable tap :
          List.<Runnable>of(() -> ops.tap("x", () -> row(1)), () -> ops.tap("x", one))) {
        String message = assertThrows(IrreplaceableException.class, tap::run).getMessage();
        assertTrue(message.startsWith("layer/x can be looked at, but not replaced"), message);
      }
    }
  }

  @Test
  void replacementsHaveTheShapeOfWhatTheyReplace() {
    tracer.path = "x";
    tracer.by = _ -> Tensor.of(new float[] {1, 2}, 2);
    String message =
        assertThrows(IllegalArgumentException.class, () -> ops.tap("x", row(1, 2))).getMessage();
    assertEquals("replacement of x: F32 [2] does not have the shape of F32 [1, 2]", message);
  }
}
