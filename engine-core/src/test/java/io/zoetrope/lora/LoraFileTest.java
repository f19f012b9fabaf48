package io.zoetrope.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spellings, scales and refusals, with files that are made for it. */
class LoraFileTest {
  private static WeightSource model;

  @TempDir private Path folder;

  @BeforeAll
  static void open() {
    model = SmallModel.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private Path write(Map<String, Tensor> tensors, Map<String, String> metadata) {
    Path path = folder.resolve("made.safetensors");
    SafetensorsWriter.write(path, tensors, metadata);
    return path;
  }

  private static Tensor ones(long... sizes) {
    float[] values = new float[(int) Shape.of(sizes).count()];
    Arrays.fill(values, 1);
    return Tensor.of(values, sizes);
  }

  private static Map<String, Tensor> pair(String down, String up) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put(down, ones(2, 64));
    tensors.put(up, ones(64, 2));
    return tensors;
  }

  private float[] added(Map<String, Tensor> tensors, Map<String, String> metadata, String weight) {
    try (LoraFile file = LoraFile.open(write(tensors, metadata))) {
      LoraFit fit = SmallModel.fit(file, model, 1);
      assertTrue(fit.isWhole(), () -> fit.homeless() + " " + fit.misshapen());
      float[] delta = new float[Math.toIntExact(model.tensor(weight).count())];
      fit.changes().get(weight).forEach(change -> change.apply(0, delta.length, delta));
      return delta;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "diffusion_model.blocks.1.self_attn.q, .lora_A, .lora_B",
    "model.diffusion_model.blocks.1.self_attn.q, .lora_A.mine.weight, .lora_B.mine.weight",
    "transformer.blocks.1.attn1.to_q, _lora.down.weight, _lora.up.weight",
    "unet.blocks.1.attn1.to_q, .lora.down.weight, .lora.up.weight",
    "model.blocks.1.attn1.to_q, .lora_linear_layer.down.weight, .lora_linear_layer.up.weight",
    "pipe.dit.blocks.1.self_attn.q, .lora_A.default.weight, .lora_B.default.weight",
    "base_model.model.blocks.1.self_attn.q, .lora_A.weight, .lora_B.weight",
    "base_model.model.diffusion_model.blocks.1.self_attn.q, .lora_A.weight, .lora_B.weight",
    "lora_unet_blocks_1_self_attn_q, .lora_down.weight, .lora_up.weight",
    "lora_unet__blocks_1_self_attn_q, .lora_down.weight, .lora_up.weight",
    "lora_unet_blocks_1.self_attn.q, .lora_down.weight, .lora_up.weight",
    "lycoris_blocks_1_attn1_to_q, .lora_down.weight, .lora_up.weight",
    "transformer_2.blocks.1.attn1.to_q, .lora_down, .lora_up",
  })
  void everySpellingIsTheSame(String module, String down, String up) {
    float[] delta = added(pair(module + down, module + up), Map.of(), "blocks.1.attn1.to_q.weight");
    assertEquals(2, delta[77]);
  }

  @Test
  void namesOfOtherFamiliesAreNoneOfThese() {
    for (String module :
        List.of(
            "transformer.transformer_blocks.1.attn1.to_q",
            "lora_unet_transformer_blocks_1_attn1_to_q",
            "diffusion_model.double_blocks.1.self_attn.q")) {
      Map<String, Tensor> tensors = pair(module + ".lora_A.weight", module + ".lora_B.weight");
      try (LoraFile file = LoraFile.open(write(tensors, Map.of()))) {
        assertEquals(0, SmallModel.fit(file, model, 1).fitting(), module);
        assertTrue(LoraFamily.of(file.names()).orElseThrow() != LoraFamily.WAN, module);
      }
    }
    for (String name : List.of("empty", "lightx2v_f32", "kohya_alpha_bf16", "wan_no_blocks_f32")) {
      try (WeightSource file = WeightSource.open(SmallModel.lora(name))) {
        assertEquals(
            name.equals("empty") ? List.of() : List.of(LoraFamily.WAN),
            LoraFamily.of(file.names()).stream().toList());
        assertEquals(!name.equals("empty"), LoraFile.isLora(file.names()));
      }
    }
    assertFalse(LoraFile.isLora(model.names()));
  }

  @Test
  void alphaIsTheModulesOwnOrThatOfPeftsSettings() {
    String module = "transformer.blocks.1.attn1.to_q";
    String weight = "blocks.1.attn1.to_q.weight";
    Map<String, Tensor> tensors = pair(module + ".lora_A.weight", module + ".lora_B.weight");
    String settings =
        "{\"transformer.r\": 2, \"transformer.lora_alpha\": 8, \"transformer.use_rslora\": %s,"
            + " \"transformer.alpha_pattern\": {%s}}";
    Map<String, String> plain = Map.of("lora_adapter_metadata", settings.formatted(false, ""));
    assertEquals(8, added(tensors, plain, weight)[5]);
    assertEquals(
        (float) (2 * 8 / Math.sqrt(2)),
        added(tensors, Map.of("lora_adapter_metadata", settings.formatted(true, "")), weight)[5]);
    assertEquals(
        3,
        added(
            tensors,
            Map.of("lora_adapter_metadata", settings.formatted(false, "\"to_q\": 3")),
            weight)[5]);
    tensors.put(module + ".alpha", Tensor.of(new float[] {1}, 1));
    assertEquals(1, added(tensors, plain, weight)[5]);
    for (String bad : List.of("{", settings.formatted(false, "\"to_(q|k)\": 3"))) {
      tensors.remove(module + ".alpha");
      assertThrows(
          Exception.class, () -> added(tensors, Map.of("lora_adapter_metadata", bad), weight));
    }
    assertThrows(
        ConfigException.class, () -> added(tensors, Map.of("lora_adapter_metadata", "[]"), weight));
    assertThrows(
        WeightsException.class,
        () ->
            added(
                tensors,
                Map.of("lora_adapter_metadata", "{\"transformer.use_dora\": true}"),
                weight));
  }

  @Test
  void settingsOfPeftLieBesideTheFile() throws IOException {
    Map<String, Tensor> tensors =
        pair(
            "base_model.model.blocks.1.attn1.to_q.lora_A.weight",
            "base_model.model.blocks.1.attn1.to_q.lora_B.weight");
    Path path = folder.resolve("adapter_model.safetensors");
    SafetensorsWriter.write(path, tensors, Map.of());
    try (LoraFile file = LoraFile.open(path)) {
      assertTrue(file.hasNoScale());
      assertTrue(file.warnings().getFirst().contains("needs 1.41 times the weight"));
    }
    Files.writeString(folder.resolve("adapter_config.json"), "{\"r\": 2, \"lora_alpha\": 6}");
    try (LoraFile file = LoraFile.open(path)) {
      assertArrayEquals(new double[] {3}, file.scales());
      assertEquals(List.of(), file.warnings());
    }
  }

  @Test
  void normsTablesAndBiasesBehindFactorsAreAdded() {
    String q = "diffusion_model.blocks.1.self_attn.q";
    Map<String, Tensor> tensors = pair(q + ".lora_A.weight", q + ".lora_B.weight");
    tensors.put(q + ".lora_B.bias", ones(64));
    tensors.put(q + ".alpha", Tensor.of(new float[] {4}, 1));
    tensors.put("diffusion_model.blocks.1.norm3.w_norm", ones(64));
    tensors.put("diffusion_model.blocks.1.norm3.b_norm", ones(64));
    tensors.put("diffusion_model.blocks.1.diff_m", ones(6, 64));
    tensors.put("diffusion_model.head.diff_m", ones(1, 2, 64));
    assertEquals(4, added(tensors, Map.of(), "blocks.1.attn1.to_q.weight")[9]);
    assertEquals(2, added(tensors, Map.of(), "blocks.1.attn1.to_q.bias")[9]);
    for (String name :
        List.of(
            "blocks.1.norm2.weight",
            "blocks.1.norm2.bias",
            "blocks.1.scale_shift_table",
            "scale_shift_table")) {
      assertEquals(1, added(tensors, Map.of(), name)[9], name);
    }
  }

  @Test
  void whatIsOfAnotherKindIsNamed() {
    Map<String, String> kinds =
        Map.of(
            "blocks.0.q.hada_w1_a", "LoHa",
            "blocks.0.q.lora_mid.weight", "third factor",
            "blocks.0.q.reshape_weight", "control LoRA",
            "blocks.0.self_attn.q_loras.down.weight", "Stand-In",
            "dwpose_embedding.0.weight", "UniAnimate",
            "blocks.0.q.oft_blocks", "OFT");
    kinds.forEach((name, words) -> assertRefused(Map.of(name, ones(2, 2)), words));
    Map<String, Tensor> wide =
        pair("patch_embedding.lora_A.weight", "patch_embedding.lora_B.weight");
    wide.put("patch_embedding.lora_A.weight", ones(2, 36, 1, 2, 2));
    assertRefused(wide, "it is a control LoRA");
    assertRefused(Map.of("blocks.0.attn1.to_q.weight", ones(2, 2)), "is no LoRA: none of its 1");
    Map<String, Tensor> twice = pair("blocks.0.q.lora_A.weight", "blocks.0.q.lora_B.weight");
    twice.put("blocks.0.q.lora_A.default.weight", ones(2, 64));
    assertRefused(twice, "are the same of one module");
    Map<String, Tensor> infinite = pair("blocks.0.q.lora_A.weight", "blocks.0.q.lora_B.weight");
    infinite.put("blocks.0.q.alpha", Tensor.of(new float[] {Float.NaN}, 1));
    assertRefused(infinite, "is NaN");
  }

  private void assertRefused(Map<String, Tensor> tensors, String words) {
    Path path = write(tensors, Map.of());
    String message =
        assertThrows(
                WeightsException.class,
                () -> {
                  try (LoraFile file = LoraFile.open(path)) {
                    file.scales();
                    SmallModel.fit(file, model, 1);
                  }
                })
            .getMessage();
    assertTrue(message.contains(words), message);
  }

  @Test
  void aFileTellsWhatIsInIt() {
    try (LoraFile file = LoraFile.open(SmallModel.lora("kohya_mixed_f32"))) {
      Collection<String> targets = file.targets();
      assertTrue(targets.contains("lora_unet_blocks_N_self_attn_q"), targets.toString());
      assertEquals(List.of(".lora_down/up.weight"), List.copyOf(file.spellings()));
      assertArrayEquals(new double[] {1, 2}, file.scales());
      assertFalse(file.hasNoScale());
    }
  }
}
