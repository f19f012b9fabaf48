package io.zoetrope.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchGeneratorTest {
  static Stream<JsonNode> sequences() throws IOException {
    try (InputStream json = TorchGeneratorTest.class.getResourceAsStream("torch-randn.json")) {
      return new ObjectMapper().readTree(json).get("sequences").valueStream();
    }
  }

  @ParameterizedTest
  @MethodSource("sequences")
  void consecutiveCallsGiveTorchsBits(JsonNode sequence) throws NoSuchAlgorithmException {
    TorchGenerator generator = TorchGenerator.manualSeed(sequence.get("seed").asLong());
    for (JsonNode call : sequence.get("calls")) {
      Tensor values = generator.randn(call.get("size").asLong());
      JsonNode first = call.get("first");
      float[] expected = new float[first.size()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = first.get(i).floatValue();
      }
      assertArrayEquals(expected, Arrays.copyOf(values.toFloats(), expected.length));
      byte[] bytes = values.segment().toArray(ValueLayout.JAVA_BYTE);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      assertEquals(call.get("sha256").asText(), HexFormat.of().formatHex(digest));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void seedsOfTheDemoModelGiveItsInitialLatents(int prompt) {
    var golden = Fixtures.path("../demo-model/golden/prompt" + prompt + ".safetensors");
    try (WeightSource file = WeightSource.open(golden)) {
      Tensor latents = file.tensor("initial_latents").load();
      Tensor drawn = TorchGenerator.manualSeed(100 + prompt).randn(latents.shape().sizes());
      assertArrayEquals(latents.toFloats(), drawn.toFloats());
    }
  }

  @Test
  void shapeDoesNotChangeTheNumbers() {
    Tensor values = TorchGenerator.manualSeed(7).randn(2, 3, 5);
    assertEquals(Shape.of(2, 3, 5), values.shape());
    assertArrayEquals(TorchGenerator.manualSeed(7).randn(30).toFloats(), values.toFloats());
    assertThrows(
        ArithmeticException.class, () -> TorchGenerator.manualSeed(7).randn(1L << 16, 1L << 16));
  }

  /** An odd number of few numbers leaves one that waits. */
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 4, 40, 1000})
  void goesOnFromItsState(int drawn) {
    TorchGenerator whole = TorchGenerator.manualSeed(7);
    whole.randn(drawn);
    TorchGenerator rest = TorchGenerator.restored(whole.state());
    for (int count : new int[] {1, 5, 700}) {
      assertArrayEquals(whole.randn(count).toFloats(), rest.randn(count).toFloats());
    }
  }

  @Test
  void otherTensorsAreNoStates() {
    assertThrows(
        IllegalArgumentException.class,
        () -> TorchGenerator.restored(Tensor.zeros(DType.I32, 626)));
    assertThrows(
        IllegalArgumentException.class,
        () -> TorchGenerator.restored(Tensor.zeros(DType.F32, 627)));
    Tensor state = TorchGenerator.manualSeed(1).state();
    state.segment().setAtIndex(ValueLayout.JAVA_INT, 624, 625);
    assertThrows(IllegalArgumentException.class, () -> TorchGenerator.restored(state));
  }
}
