package io.zoetrope.dit.latte;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.nn.PatchSize;
import io.zoetrope.ops.Activation;
import io.zoetrope.testing.Fixtures;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatteConfigTest {
  private static ObjectNode json() {
    return JsonConfig.read(Fixtures.path("latte-tiny").resolve("transformer/config.json")).json();
  }

  private static LatteConfig read(ObjectNode json) {
    return LatteConfig.of(JsonConfig.of("config.json", json));
  }

  @Test
  void readsTheCheckpointOfTheFixture() {
    LatteConfig expected =
        new LatteConfig(
            2, 12, 4, 8, 2, 24, 8, new PatchSize(1, 2, 2), 4, true, Activation.GELU_TANH, 1e-6f);
    assertEquals(expected, read(json()));
    assertEquals(24, expected.innerDim());
  }

  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    ObjectNode json = json();
    json.remove(List.of("out_channels", "video_length", "attention_bias", "norm_eps"));
    LatteConfig config = read(json);
    assertEquals(4, config.outChannels());
    assertEquals(16, config.videoLength());
    assertEquals(1e-5f, config.normEps());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "_class_name|\"WanTransformer3DModel\"|supported: LatteTransformer3DModel",
        "norm_type|\"layer_norm\"|supported: ada_norm_single",
        "norm_type|null|missing, which means layer_norm; supported: ada_norm_single",
        "norm_elementwise_affine|true|supported: false",
        "activation_fn|\"geglu\"|supported: gelu-approximate, gelu",
        "cross_attention_dim|32|supported: the inner dimension 24",
        "cross_attention_dim|null|supported: the inner dimension 24",
        "attention_head_dim|13|multiple of 4",
        "sample_size|1|at least patch_size",
        "patch_size|null|patch_size is missing",
        "num_layers|0|integers from 1"
      })
  void refusesWhatItCannotDo(String field, String value, String message) throws Exception {
    ObjectNode json = json();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
