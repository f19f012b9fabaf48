package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PendingProductTest {
  private static final float EPS = 1e-6f;

  /** Keeps all named results and the path of each operation. */
  private static final class Recorder implements Tracer {
    private final Map<String, float[]> tensors = new LinkedHashMap<>();
    private final List<String> operations = new ArrayList<>();
    private boolean wanting = true;

    @Override
    public boolean wants(String path) {
      return wanting;
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      tensors.put(path, tensor.toFloats());
    }

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      operations.add(operation.path() + ": " + operation.operation());
    }
  }

  private final Recorder recorder = new Recorder();
  private final Ops ops = new Ops(new ReferenceBackend(), recorder);

  private final Tensor weight = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
  private final Tensor bias = Tensor.of(new float[] {10, 20}, 2);
  private final Tensor gate = Tensor.of(new float[] {2, 0.5f}, 2);

  @AfterEach
  void close() {
    ops.close();
  }

  /** Doubles its input, [1, 2], and multiplies that with the weight. */
  private PendingProduct layer(Tensor x) {
    try (var scope = ops.scope("layer")) {
      return scope.hold(ops.linearProduct(ops.add(x, x), weight, bias));
    }
  }

  private Tensor vector(float... values) {
    return ops.upload(Tensor.of(values, 1, values.length));
  }

  @Test
  void isAddedByOneOperationOfItsLayer() {
    recorder.wanting = false;
    Tensor x = vector(1, 1);
    ops.addInPlace(x, layer(vector(1, 2)));
    assertArrayEquals(new float[] {1 + 20, 1 + 42}, x.toFloats());
    ops.addGatedInPlace(x, layer(vector(1, 2)), gate);
    assertArrayEquals(new float[] {21 + 40, 43 + 21}, x.toFloats());
    assertEquals(
        List.of(
            ": upload",
            ": upload",
            "layer: add",
            "layer: linearAddInPlace",
            ": upload",
            "layer: add",
            "layer: linearAddInPlace"),
        recorder.operations);
  }

  @Test
  void convolutionsAreAddedWithoutGates() {
    Tensor x = ops.upload(Tensor.of(new float[] {1, 2, 3, 4}, 1, 2, 2, 1));
    Tensor kernel = Tensor.of(new float[] {3}, 1, 1, 1, 1, 1);
    Tensor sum = ops.copy(x);
    List<String> after = new ArrayList<>();
    ops.addInPlace(
        sum,
        ops.conv3dProduct(x, null, kernel, null, ConvGeometry.causal(0, 0))
            .then(() -> after.add("one"))
            .then(() -> after.add("two")));
    assertArrayEquals(new float[] {4, 8, 12, 16}, sum.toFloats());
    assertEquals(List.of("one", "two"), after);
    PendingProduct product = ops.conv3dProduct(x, null, kernel, null, ConvGeometry.causal(0, 0));
    String message =
        assertThrows(IllegalArgumentException.class, () -> ops.addGatedInPlace(sum, product, gate))
            .getMessage();
    assertTrue(message.startsWith("conv3dAddInPlace in the outermost scope: takes no gate"));
  }

  @Test
  void holdsTheScopeOfItsLayerUntilItIsAdded() {
    Tensor x = vector(1, 1);
    PendingProduct product = layer(vector(1, 2));
    Tensor inside = ops.allocate(x.dtype(), x.shape());
    assertEquals("scope 'layer'", inside.lifetime().toString());
    ops.addInPlace(x, product);
    assertTrue(!inside.lifetime().isOpen() && x.lifetime().isOpen());
    assertThrows(IllegalStateException.class, () -> ops.addInPlace(x, product));
  }

  @Test
  void closesWithTheScopeAroundItIfItIsNeverAdded() {
    Tensor inside;
    try (var _ = ops.scope("block")) {
      layer(vector(1, 2));
      inside = ops.allocate(weight.dtype(), weight.shape());
      assertEquals("scope 'block/layer'", inside.lifetime().toString());
    }
    assertTrue(!inside.lifetime().isOpen());
    assertEquals("scope ''", vector(1).lifetime().toString());
  }

  @Test
  void isShownUnderThePathOfItsLayer() {
    Tensor x = vector(1, 1);
    ops.addGatedInPlace(x, layer(vector(1, 2)), gate);
    assertEquals(List.of("layer/gate", "layer"), List.copyOf(recorder.tensors.keySet()));
    assertArrayEquals(new float[] {20, 42}, recorder.tensors.get("layer"));
    assertArrayEquals(new float[] {1 + 40, 1 + 21}, x.toFloats());
  }

  @Test
  void normsAreShownBeforeTheyAreModulatedOrRotated() {
    Tensor x = vector(1, 3);
    Tensor one = Tensor.of(new float[] {1, 1}, 2);
    try (var _ = ops.scope("layer norm")) {
      ops.adaLayerNorm(x, one, one, EPS);
    }
    assertArrayEquals(new float[] {-1, 1}, recorder.tensors.get("layer norm"), 1e-5f);
    Tensor zero = Tensor.of(new float[] {0}, 1, 1);
    try (var _ = ops.scope("norm")) {
      ops.rmsNormRopeInPlace(x, one, EPS, zero, Tensor.of(new float[] {1}, 1, 1), 1);
    }
    float root = (float) Math.sqrt(5);
    assertArrayEquals(new float[] {1 / root, 3 / root}, recorder.tensors.get("norm"), 1e-5f);
    assertArrayEquals(new float[] {-3 / root, 1 / root}, x.toFloats(), 1e-5f);
  }
}
