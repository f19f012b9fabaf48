package io.zoetrope.dit.ltx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Activation;
import io.zoetrope.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LTXConfigTest {
  private static LTXConfig read(ObjectNode json) {
    return LTXConfig.of(JsonConfig.of("config.json", json));
  }

  private static ObjectNode json() {
    return JsonConfig.read(Fixtures.path("ltx-video-tiny").resolve("transformer/config.json"))
        .json();
  }

  @Test
  void readsTheCheckpointOfTheFixture() {
    LTXConfig expected = new LTXConfig(2, 16, 16, 2, 24, true, true, Activation.GELU_TANH, 1e-6f);
    assertEquals(expected, read(json()));
    assertEquals(32, expected.innerDim());
  }

  /** The published model of 2 billion parameters has 1.923 billion. */
  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.put("_class_name", "LTXVideoTransformer3DModel");
    LTXConfig published =
        new LTXConfig(32, 64, 128, 28, 4096, true, true, Activation.GELU_TANH, 1e-6f);
    assertEquals(published, read(json));
    assertEquals(1_920_991_232L, published.parameters());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name|\"LTX2VideoTransformer3DModel\"|supported: LTXVideoTransformer3DModel",
        "qk_norm|\"layer_norm\"|supported: rms_norm_across_heads",
        "norm_elementwise_affine|true|supported: false",
        "activation_fn|\"geglu\"|supported: gelu-approximate, gelu",
        "patch_size|2|supported: 1",
        "patch_size_t|2|supported: 1",
        "out_channels|8|in_channels, which are 16",
        "cross_attention_dim|64|supported: the inner dimension 32",
        "attention_head_dim|2|at least 6",
        "num_layers|0|integers from 1"
      })
  void refusesWhatItCannotDo(String field, String value, String message) throws Exception {
    ObjectNode json = json();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
