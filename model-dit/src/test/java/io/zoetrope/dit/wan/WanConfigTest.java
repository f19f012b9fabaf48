package io.zoetrope.dit.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WanConfigTest {
  @TempDir Path folder;

  @Test
  void emptyMeansDefaults() throws IOException {
    assertEquals(
        new WanConfig(
            new PatchSize(1, 2, 2),
            40,
            128,
            16,
            16,
            4096,
            256,
            13824,
            40,
            true,
            1e-6f,
            OptionalInt.empty(),
            OptionalInt.empty(),
            1024,
            Optional.empty()),
        read("{}"));
  }

  @Test
  void readsTheCheckpointsOfTheFixtures() {
    WanConfig config =
        WanConfig.read(Fixtures.path("wan21-flf2v-tiny").resolve("transformer/config.json"));
    assertEquals(
        new WanConfig(
            new PatchSize(1, 2, 2),
            2,
            24,
            36,
            16,
            24,
            32,
            64,
            1,
            true,
            1e-6f,
            OptionalInt.of(16),
            OptionalInt.of(10),
            1024,
            Optional.empty()),
        config);
    assertEquals(48, config.innerDim());
  }

  @Test
  void aControlBranchIsThatOfItsClass() throws IOException {
    WanConfig vace =
        WanConfig.read(Fixtures.path("wan21-vace-tiny").resolve("transformer/config.json"));
    assertEquals(Optional.of(new VaceConfig(List.of(0, 2), 96)), vace.vace());
    assertEquals(
        List.of(0, 5, 10, 15, 20, 25, 30, 35),
        read("{\"_class_name\": \"WanVACETransformer3DModel\"}").vace().get().layers());
    assertEquals(Optional.empty(), read("{\"vace_layers\": [0]}").vace());
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "[1]", "[0, 0]", "[0, 40]", "[-1, 0]"})
  void refusesHintsThatCannotBe(String layers) {
    String json =
        "{\"_class_name\": \"WanVACETransformer3DModel\", \"vace_layers\": %s}".formatted(layers);
    String message = assertThrows(ConfigException.class, () -> read(json)).getMessage();
    assertTrue(message.contains("vace_layers"), message);
  }

  @Test
  void outputHasTheChannelsOfTheInputByDefault() throws IOException {
    assertEquals(48, read("{\"in_channels\": 48, \"out_channels\": null}").outChannels());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'_class_name': 'WanAnimateTransformer3DModel'}"
            + "|_class_name is \"WanAnimateTransformer3DModel\"; supported: WanTransformer3DModel",
        "{'qk_norm': 'rms_norm'}|qk_norm is \"rms_norm\"; supported: rms_norm_across_heads",
        "{'patch_size': [2, 2]}|patch_size is [2,2]; supported: lists of three positive integers",
        "{'patch_size': [1, 2, 0]}|patch_size is [1,2,0]; supported: lists of positive integers",
        "{'num_layers': 0}|num_layers is 0; supported: integers from 1 to 10000",
        "{'num_layers': '40'}|num_layers is \"40\"; supported: integers from 1 to 10000",
        "{'ffn_dim': 99999999999}|ffn_dim is 99999999999; supported: positive integers",
        "{'ffn_dim': 8.5}|ffn_dim is 8.5; supported: positive integers",
        "{'eps': -1}|eps is -1; supported: positive numbers",
        "{'cross_attn_norm': 1}|cross_attn_norm is 1; supported: true, false",
        "{'attention_head_dim': 33}|attention_head_dim is 33; supported: even numbers",
        "{'image_dim': 1280}|added_kv_proj_dim is missing; supported: the inner dimension 5120",
        "{'image_dim': 1280, 'added_kv_proj_dim': 64}|added_kv_proj_dim is 64; supported: the",
        "{'added_kv_proj_dim': 5120}|added_kv_proj_dim is 5120; supported: the inner dimension",
        "{'pos_embed_seq_len': 514}|pos_embed_seq_len is 514; supported: null without image_dim",
        "[]|not a JSON object",
        "{'num_layers': 4|malformed JSON at line 1: ",
        "{} {}|malformed JSON at line 1: ",
      })
  void refusesInOneLine(String json, String message) {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> read(json.replace('\'', '"')));
    assertTrue(refusal.getMessage().contains("config.json: " + message), refusal.getMessage());
    assertEquals(1, refusal.getMessage().lines().count());
  }

  @Test
  void refusesAMissingFile() {
    ConfigException refusal =
        assertThrows(ConfigException.class, () -> WanConfig.read(folder.resolve("none.json")));
    assertTrue(refusal.getMessage().contains("none.json"), refusal.getMessage());
  }

  private WanConfig read(String json) throws IOException {
    return WanConfig.read(Files.writeString(folder.resolve("config.json"), json));
  }
}
