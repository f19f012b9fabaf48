package io.zoetrope.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Renamed;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The tower against transformers. */
class ClipVisionModelTest {
  private static Path folder(String fixture) {
    return Fixtures.path(fixture).resolve("image_encoder");
  }

  private static ClipVisionConfig config(String fixture) {
    return ClipVisionConfig.read(folder(fixture).resolve("config.json"));
  }

  @ParameterizedTest
  @CsvSource({
    "wan21-i2v-tiny, i2v_32x48_9f, F32, reference",
    "wan21-i2v-tiny, i2v_32x48_9f, BF16, reference",
    "wan21-flf2v-tiny, flf2v_32x32_9f, F32, reference",
    "wan21-flf2v-tiny, flf2v_32x32_9f, BF16, reference",
    "wan21-i2v-tiny, i2v_32x48_9f, F32, cpu",
    "wan21-i2v-tiny, i2v_32x48_9f, BF16, cpu",
  })
  void agreesWithReference(String fixture, String name, DType dtype, String device) {
    try (Golden golden = Golden.open(Fixtures.path(fixture));
        Checkpoint weights = Checkpoint.open(folder(fixture), "model");
        Backend backend = BackendProvider.open(device, 1);
        Ops ops = new Ops(backend)) {
      ClipVisionModel model =
          ClipVisionModel.load(config(fixture), Weights.of(weights, backend), dtype);
      Tensor pixels = golden.stored(name + "/pixel_values");
      Tensor embeds = ops.allocate(dtype, golden.stored(name + "/image_embeds").shape());
      for (int i = 0; i < pixels.size(0); i++) {
        ops.copyInto(embeds.select(0, i), model.forward(ops, pixels.select(0, i)));
      }
      golden.check(name + "/image_embeds", ops.download(embeds), dtype);
    }
  }

  /** Names of files from before transformers 5, which also hold the numbers of the positions. */
  @Test
  void namesMayBeginWithThatOfTheTower() {
    try (Checkpoint weights = Checkpoint.open(folder("wan21-i2v-tiny"), "model");
        WeightSource prefixed = new Renamed(weights, name -> "vision_model." + name);
        Backend backend = BackendProvider.open("reference", 1)) {
      ClipVisionModel model =
          ClipVisionModel.load(config("wan21-i2v-tiny"), Weights.of(prefixed, backend), DType.F32);
      assertEquals(2, model.layers().size());
      WeightSource half =
          new Renamed(weights, name -> name.startsWith("encoder") ? name : "vision_model." + name);
      assertThrows(
          WeightsException.class,
          () ->
              ClipVisionModel.load(config("wan21-i2v-tiny"), Weights.of(half, backend), DType.F32));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                  | hidden_act
          {"hidden_act": "gelu", "num_attention_heads": 5}    | num_attention_heads
          {"hidden_act": "gelu", "num_channels": 4}           | num_channels
          {"hidden_act": "gelu", "patch_size": 300}           | image_size
          {"hidden_act": "gelu", "model_type": "clip"}        | model_type
          """)
  void refusesWhatItDoesNotDo(String json, String field, @TempDir Path temporary)
      throws IOException {
    Path file = Files.writeString(temporary.resolve("config.json"), json);
    String message =
        assertThrows(ConfigException.class, () -> ClipVisionConfig.read(file)).getMessage();
    assertTrue(message.contains(field), message);
  }

  /** As published for Wan 2.1: 256 patches of 14x14 and one token for the whole. */
  @Test
  void countsTokens() {
    assertEquals(257, new ClipVisionConfig(1280, 5120, 32, 16, 3, 224, 14, 1e-5f).tokens());
    assertEquals(17, config("wan21-i2v-tiny").tokens());
  }
}
