package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Renamed} and {@link Scaled}, each and one upon the other, over a file. */
class DecoratorsTest {
  private static final UnaryOperator<String> FACTOR =
      name -> name.endsWith(".weight") ? name.replace(".weight", ".scale") : null;

  @TempDir private Path folder;
  private WeightSource file;

  @BeforeEach
  void write() {
    Path path = folder.resolve("a.safetensors");
    Tensor codes = Tensor.zeros(DType.F8_E4M3, 2, 2);
    for (int i = 0; i < 4; i++) {
      // 1, 1.125, 1.25 and 1.375
      codes.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (0x38 + i));
    }
    SafetensorsWriter.write(
        path,
        Map.of(
            "old.q.weight", codes,
            "old.q.scale", Tensor.of(new float[] {0.3f}, 1),
            "old.q.bias", Tensor.of(new float[] {5, 6}, 2)),
        Map.of("from", "elsewhere"));
    file = WeightSource.open(path);
  }

  @AfterEach
  void close() {
    file.close();
  }

  @Test
  void namesAreChangedOrHidden() {
    WeightSource renamed =
        new Renamed(
            file, name -> name.endsWith(".scale") ? null : name.replace("old.q", "new.to_q"));
    assertEquals(Set.of("new.to_q.weight", "new.to_q.bias"), renamed.names());
    assertFalse(renamed.has("old.q.bias"));
    assertEquals("new.to_q.bias", renamed.tensor("new.to_q.bias").name());
    assertArrayEquals(new float[] {5, 6}, renamed.tensor("new.to_q.bias").load().toFloats());
    assertEquals(Map.of("from", "elsewhere"), renamed.metadata());
    assertEquals(file.description(), renamed.description());
    for (String unknown : List.of("old.q.bias", "old.q.scale")) {
      String message =
          assertThrows(WeightsException.class, () -> renamed.tensor(unknown)).getMessage();
      assertEquals(file.description() + ": has no tensor '" + unknown + "'", message);
    }
    StoredTensor bias = renamed.tensor("new.to_q.bias");
    renamed.close();
    assertFalse(bias.lifetime().isOpen());
  }

  @Test
  void twoTensorsOfOneNameAreRefused() {
    String message =
        assertThrows(WeightsException.class, () -> new Renamed(file, _ -> "same")).getMessage();
    assertEquals(
        file.description()
            + ": tensors 'old.q.bias' and 'old.q.scale' are both the weight 'same' of a model: is it one model's file?",
        message);
  }

  @Test
  void numbersAreMultiplied() {
    WeightSource scaled = new Scaled(file, FACTOR);
    assertEquals(Set.of("old.q.weight", "old.q.bias"), scaled.names());
    float[] products = {0.3f, 1.125f * 0.3f, 1.25f * 0.3f, 1.375f * 0.3f};
    StoredTensor weight = scaled.tensor("old.q.weight");
    assertArrayEquals(products, weight.in(DType.F32).toFloats());
    assertEquals("F8_E4M3 scaled", weight.encoding().name());
    assertEquals(4, weight.byteSize());
    assertEquals(DType.F32, weight.used(DType.F32));
    assertEquals(DType.BF16, weight.used(DType.BF16));
    assertArrayEquals(new float[] {5, 6}, scaled.tensor("old.q.bias").load().toFloats());
    assertThrows(WeightsException.class, () -> scaled.tensor("old.q.scale"));

    Weights weights = Weights.of(scaled, new ReferenceBackend());
    assertArrayEquals(products, weights.at("old").at("q").get("weight", 2, 2).toFloats());
    weights.get("old.q.bias", 2);
    weights.requireAllUsed();
  }

  @Test
  void decoratorsAreStacked() {
    WeightSource source =
        new Renamed(new Scaled(file, FACTOR), name -> name.replace("old.q", "new"));
    assertEquals(Set.of("new.weight", "new.bias"), source.names());
    assertEquals(1.25f * 0.3f, source.tensor("new.weight").in(DType.F32).toFloats()[2]);
  }

  @Test
  void factorsAreSingleFiniteNumbers() {
    WeightSource vector = new Scaled(file, _ -> "old.q.bias");
    assertEquals(
        file.description()
            + ": F32 [2] 'old.q.bias' is no factor for tensor 'old.q.weight': one floating-point number is needed",
        assertThrows(WeightsException.class, () -> vector.tensor("old.q.weight")).getMessage());
    Path path = folder.resolve("b.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of(
            "a.weight", Tensor.zeros(DType.F8_E4M3, 2),
            "a.scale", Tensor.of(new float[] {Float.NaN}, 1)),
        Map.of());
    try (WeightSource scaled = new Scaled(WeightSource.open(path), FACTOR)) {
      assertEquals(
          path + ": the factor 'a.scale' of tensor 'a.weight' is NaN",
          assertThrows(WeightsException.class, () -> scaled.tensor("a.weight")).getMessage());
    }
  }
}
