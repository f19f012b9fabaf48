package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightsTest {
  private record InMemory(Map<String, Tensor> tensors) implements WeightSource {
    @Override
    public Set<String> names() {
      return tensors.keySet();
    }

    @Override
    public StoredTensor tensor(String name) {
      return StoredTensor.of(name, tensors.get(name));
    }

    @Override
    public String description() {
      return "memory";
    }
  }

  private final Weights weights =
      Weights.of(
          new InMemory(
              Map.of(
                  "blocks.0.norm1.weight", Tensor.of(new float[] {1, 2}, 2),
                  "blocks.1.norm1.weight", Tensor.of(new float[] {3, 4}, 2),
                  "blocks.1.norm1.bias", Tensor.of(new float[] {1 + 0x1p-9f, 1 + 0x1p-8f}, 2),
                  "proj.scale", Tensor.zeros(DType.I8, 2))),
          new ReferenceBackend());

  private static String refusal(Runnable lookUp) {
    return assertThrows(WeightsException.class, lookUp::run).getMessage();
  }

  @Test
  void pathIsWalked() {
    Weights norm = weights.at("blocks").at(1).at("norm1");
    assertEquals("blocks.1.norm1", norm.path());
    assertEquals("", weights.path());
    assertTrue(norm.has("weight"));
    assertFalse(norm.has("blocks.1.norm1.weight"));
    assertArrayEquals(new float[] {3, 4}, norm.get("weight", 2).toFloats());
    assertSame(norm.get("weight", 2), weights.get("blocks.1.norm1.weight", 2));
  }

  @Test
  void missingTensorIsNamedWithItsNeighbours() {
    assertEquals(
        "memory has no tensor 'blocks.1.norm2.weight'; nearest names: blocks.1.norm1.weight,"
            + " blocks.0.norm1.weight, blocks.1.norm1.bias",
        refusal(() -> weights.at("blocks").at(1).at("norm2").get("weight", 2)));
    assertNull(weights.at("blocks").getOrNull("weight", 2));
    Weights none = Weights.of(new InMemory(Map.of()), new ReferenceBackend());
    assertEquals(
        "memory has no tensor 'a'; nearest names: (it holds no tensors)",
        refusal(() -> none.get("a")));
  }

  @ParameterizedTest
  @CsvSource({
    "transformer.blocks.0.attn1.to_q.lora_A.weight, a LoRA",
    "lora_unet_blocks_0_self_attn_q.lora_down.weight, a LoRA",
    "model.diffusion_model.blocks.0.self_attn.q.weight, original release",
    "blocks.0.self_attn.q.weight, original release",
    "token_embedding.weight, original release",
    "encoder.block.0.layer.0.SelfAttention.q.weight_scale_inv, fp8 in blocks",
    "encoder.block.0.layer.0.SelfAttention.q.qweight, quantized"
  })
  void foreignNamesAreRecognised(String name, String expected) {
    Weights foreign =
        Weights.of(
            new InMemory(Map.of(name, Tensor.of(new float[] {1}, 1))), new ReferenceBackend());
    for (String message :
        List.of(refusal(() -> foreign.get("a")), refusal(() -> foreign.requireAllUsed()))) {
      assertTrue(message.contains(expected), message);
    }
  }

  @Test
  void tiedTensorsMustBeTheSame() {
    Weights tied =
        Weights.of(
            new InMemory(
                Map.of(
                    "a", Tensor.of(new float[] {1, 2}, 2),
                    "b", Tensor.of(new float[] {1, 2}, 2),
                    "c", Tensor.of(new float[] {1, 3}, 2),
                    "d", Tensor.of(new float[] {1, 2}, 2, 1))),
            new ReferenceBackend());
    tied.requireSame("a", "b");
    tied.requireSame("a", "none");
    assertEquals(
        "memory: 'a' (F32 [2]) and 'c' (F32 [2]) differ, but the model has one tensor for both: remove the wrong one",
        refusal(() -> tied.requireSame("a", "c")));
    assertThrows(WeightsException.class, () -> tied.requireSame("a", "d"));
  }

  @Test
  void wrongShapeIsNamed() {
    assertEquals(
        "tensor 'blocks.0.norm1.weight' in memory has shape [2], the configuration asks for [2, 1]",
        refusal(() -> weights.get("blocks.0.norm1.weight", 2, 1)));
    assertThrows(WeightsException.class, () -> weights.getOrNull("blocks.0.norm1.weight", 3));
  }

  @Test
  void elementsMustBeNumbers() {
    assertEquals(
        "tensor 'proj.scale' in memory is stored as I8, which is not supported: take the model in F16, BF16, scaled fp8 or GGUF",
        refusal(() -> weights.at("proj").get("scale", 2)));
  }

  @Test
  void unusedTensorsAreReported() {
    weights.at("blocks").at(0).at("norm1").get("weight", 2);
    weights.at("blocks").at(1).at("norm1").roundedTo(DType.BF16).get("bias", 2);
    assertEquals(
        "memory holds 1 tensors that this model does not use, among them blocks.1.norm1.weight:"
            + " is it another model?",
        refusal(() -> weights.requireAllUsed("proj.scale")));
    weights.get("blocks.1.norm1.weight", 2);
    weights.requireAllUsed("proj.scale");
  }

  @Test
  void widerWeightsAreRounded() {
    Weights norm = weights.at("blocks").at(1).at("norm1");
    Tensor rounded = norm.roundedTo(DType.BF16).get("bias", 2);
    assertEquals(DType.BF16, rounded.dtype());
    // Halfway cases of an 8-bit significand go to the even neighbour.
    assertArrayEquals(new float[] {1, 1}, rounded.toFloats());
    assertSame(DType.F32, norm.get("bias", 2).dtype());
    assertSame(norm.get("bias", 2), norm.roundedTo(DType.F32).get("bias", 2));
  }

  @Test
  void everyElementOfALargeWeightIsRounded() {
    float[] values = new float[3 * 65536 + 5];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i - 70000) / 3f;
    }
    Weights large =
        Weights.of(
            new InMemory(Map.of("a", Tensor.of(values, values.length))), new ReferenceBackend());
    float[] rounded = large.roundedTo(DType.BF16).get("a", values.length).toFloats();
    for (int i = 0; i < values.length; i++) {
      values[i] = Conversions.round(values[i], DType.BF16);
    }
    assertArrayEquals(values, rounded);
  }
}
