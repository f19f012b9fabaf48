package io.zoetrope.vae.ltx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Configurations of the published versions, and what is refused of others. */
class AutoencoderKLLTXVideoConfigTest {
  /** What version 0.9.1 has beside the defaults. */
  static final String V091 =
      """
      {"decoder_block_out_channels": [256, 512, 1024], "decoder_layers_per_block": [5, 6, 7, 8],
       "decoder_spatio_temporal_scaling": [true, true, true],
       "decoder_inject_noise": [true, true, true, false], "upsample_residual": [true, true, true],
       "upsample_factor": [2, 2, 2], "timestep_conditioning": true}
      """;

  /** What versions 0.9.5 to 0.9.8 have beside the defaults. */
  static final String V095 =
      """
      {"block_out_channels": [128, 256, 512, 1024, 2048],
       "down_block_types": ["LTXVideo095DownBlock3D", "LTXVideo095DownBlock3D",
           "LTXVideo095DownBlock3D", "LTXVideo095DownBlock3D"],
       "layers_per_block": [4, 6, 6, 2, 2], "spatio_temporal_scaling": [true, true, true, true],
       "downsample_type": ["spatial", "temporal", "spatiotemporal", "spatiotemporal"],
       "decoder_block_out_channels": [256, 512, 1024], "decoder_layers_per_block": [5, 5, 5, 5],
       "decoder_spatio_temporal_scaling": [true, true, true],
       "decoder_inject_noise": [false, false, false, false],
       "upsample_residual": [true, true, true], "upsample_factor": [2, 2, 2],
       "timestep_conditioning": true, "spatial_compression_ratio": 32,
       "temporal_compression_ratio": 8}
      """;

  static AutoencoderKLLTXVideoConfig config(String json) {
    return AutoencoderKLLTXVideoConfig.of(JsonConfig.parse("config.json", json));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "patch_size_t|2|supported: 1",
        "block_out_channels|[]|lists of 1 to 8 numbers",
        "layers_per_block|[1, 1]|lists of 5 values",
        "decoder_layers_per_block|[1, 1, 1, 1, 1000]|numbers up to 100",
        "down_block_types|[\"LTXVideoDownBlock3D\", \"DownBlock\"]|LTXVideo095DownBlock3D",
        "decoder_spatio_temporal_scaling|[true, true, false, false]|8 frames, 8 rows and columns",
        "spatial_compression_ratio|64|32, as the blocks have it",
        "upsample_factor|[1, 2, 1, 1]|channels",
        "timestep_conditioning|true|for a decoder with timesteps",
        "decoder_inject_noise|[true, true, true, true, true]|adds noise"
      })
  void refusesWhatItCannotDo(String field, String value, String message) throws Exception {
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> config(json.toString()));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "downsample_type|[\"spatial\", \"temporal\", \"both\", \"conv\"]|spatiotemporal",
        "block_out_channels|[128, 96, 512, 1024, 2048]|come out even",
        "block_out_channels|[128]|at least two numbers",
        "spatial_compression_ratio|null|32, as the blocks have it"
      })
  void refusesWhat095CannotBe(String field, String value, String message) throws Exception {
    ObjectNode json = (ObjectNode) JsonConfig.MAPPER.readTree(V095);
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> config(json.toString()));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void publishedVersionsHaveTheSameScales() {
    for (String version : new String[] {"{}", V091, V095}) {
      AutoencoderKLLTXVideoConfig config = config(version);
      assertEquals(32, config.scaleFactorSpatial());
      assertEquals(8, config.scaleFactorTemporal());
      assertEquals(21, config.latentFrames(161));
      assertEquals(161, config.frames(21));
    }
  }
}
