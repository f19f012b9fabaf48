package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenamedTest {
  @TempDir private Path folder;
  private WeightSource file;

  @BeforeEach
  void write() {
    Path path = folder.resolve("a.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of(
            "old.q.weight", Tensor.zeros(DType.BF16, 2, 2),
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
}
