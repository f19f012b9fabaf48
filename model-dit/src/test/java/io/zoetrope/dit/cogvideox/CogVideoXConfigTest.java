package io.zoetrope.dit.cogvideox;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.cogvideox.CogVideoXConfig.Positions;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Activation;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CogVideoXConfigTest {
  private static CogVideoXConfig read(String... fieldsAndValues) throws Exception {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("_class_name", "CogVideoXTransformer3DModel");
    for (int i = 0; i < fieldsAndValues.length; i += 2) {
      json.set(fieldsAndValues[i], JsonConfig.MAPPER.readTree(fieldsAndValues[i + 1]));
    }
    return CogVideoXConfig.of(JsonConfig.of("config.json", json));
  }

  /** They are those of CogVideoX-2b. */
  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() throws Exception {
    CogVideoXConfig config = read();
    assertEquals(1920, config.innerDim());
    assertEquals(30, config.numLayers());
    assertEquals(1.694e9, config.parameters(), 1e6);
    assertEquals(13, config.sampleLatentFrames());
    assertEquals(new PatchSize(1, 2, 2), config.patchSize());
    assertEquals(Positions.SIN_COS, config.positions());
    assertEquals(Activation.GELU_TANH, config.activation());
    assertEquals(OptionalInt.empty(), config.ofsEmbedDim());
  }

  @Test
  void variantsDifferInTheirConfigurationAlone() throws Exception {
    CogVideoXConfig config =
        read(
            "patch_size_t", "2",
            "ofs_embed_dim", "512",
            "use_rotary_positional_embeddings", "true",
            "activation_fn", "\"gelu\"");
    assertEquals(new PatchSize(2, 2, 2), config.patchSize());
    assertTrue(config.patchesInTime());
    assertEquals(OptionalInt.of(512), config.ofsEmbedDim());
    assertEquals(Positions.ROTARY, config.positions());
    assertEquals(Activation.GELU_ERF, config.activation());
    assertEquals(
        Positions.ROTARY_AND_LEARNED,
        read(
                "use_rotary_positional_embeddings", "true",
                "use_learned_positional_embeddings", "true")
            .positions());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name|\"WanTransformer3DModel\"|supported: CogVideoXTransformer3DModel",
        "activation_fn|\"geglu\"|supported: gelu-approximate, gelu",
        "timestep_activation_fn|\"gelu\"|supported: silu",
        "use_learned_positional_embeddings|true|supported: false without use_rotary",
        "attention_head_dim|65|multiple of 16 in all heads",
        "patch_size_t|2|patch_size_t is 2; supported: null with positions that are added",
        "ofs_embed_dim|256|supported: the time_embed_dim 512, or null",
        "sample_width|1|at most sample_height and sample_width",
        "num_layers|0|integers from 1"
      })
  void refusesWhatItCannotDo(String field, String value, String message) {
    ConfigException e = assertThrows(ConfigException.class, () -> read(field, value));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void headsThatTurnHaveWholeParts() {
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () -> read("use_rotary_positional_embeddings", "true", "attention_head_dim", "24"));
    assertTrue(e.getMessage().contains("multiples of 16 with use_rotary"), e.getMessage());
  }
}
