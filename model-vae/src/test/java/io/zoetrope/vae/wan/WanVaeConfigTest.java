package io.zoetrope.vae.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.WeightsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WanVaeConfigTest {
  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    WanVaeConfig config = WanVaeConfig.parse("{}");
    assertEquals(96, config.baseDim());
    assertEquals(96, config.decoderBaseDim());
    assertEquals(16, config.zDim());
    assertEquals(List.of(1, 2, 4, 4), config.dimMult());
    assertEquals(2, config.numResBlocks());
    assertEquals(List.of(false, true, true), config.temperalDownsample());
    assertEquals(2.8184f, config.latentsStd().getFirst());
    assertEquals(-0.2921f, config.latentsMean().getLast());
    assertFalse(config.isResidual());
    assertEquals(1, config.patchSize());
    assertEquals(4, config.scaleFactorTemporal());
    assertEquals(8, config.scaleFactorSpatial());
    assertEquals(List.of(96L, 96L, 192L, 384L, 384L), config.encoderChannels());
    assertEquals(List.of(384L, 384L, 384L, 192L, 96L), config.decoderChannels());
  }

  @Test
  void readsTheResidualVariant() {
    WanVaeConfig config = WanVaeConfig.read(Fixtures.path("wan22-ti2v-tiny/vae/config.json"));
    assertTrue(config.isResidual());
    assertEquals(3, config.baseDim());
    assertEquals(4, config.decoderBaseDim());
    assertEquals(48, config.zDim());
    assertEquals(12, config.inChannels());
    assertEquals(2, config.patchSize());
    assertEquals(16, config.scaleFactorSpatial());
    assertEquals(0.0846f, config.latentsMean().getFirst());
  }

  @Test
  void fieldsWithoutEffectAreIgnored() {
    assertEquals(
        WanVaeConfig.parse("{}"), WanVaeConfig.parse("{\"clip_output\": false, \"dropout\": 0.1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | the configuration is ARRAY, not a JSON object",
        "{\"base_dim\": 0} | base_dim is 0, not a positive number",
        "{\"dim_mult\": []} | dim_mult is [], not at least one factor",
        "{\"dim_mult\": [1, -2, 4, 4]} | dim_mult is -2, not a positive number",
        "{\"dim_mult\": [1, 2]} | temperal_downsample is [false, true, true], not 1 values",
        "{\"z_dim\": 48} | latents_mean is 16, not 48 finite values, one per latent channel",
        "{\"attn_scales\": [0.5]} | attn_scales is [0.5], not []",
        "{\"scale_factor_spatial\": 16} | scale_factor_spatial is 16, not 8 for 3 steps",
        "{\"scale_factor_temporal\": 8} | scale_factor_temporal is 8, not 4",
        "{\"patch_size\": 2, \"scale_factor_spatial\": 16} | in_channels is 3, not a multiple",
        "{\"z_dim\": 1, \"latents_mean\": [0], \"latents_std\": [0]} | latents_std is [0.0], not",
        "{\"_class_name\": \"AutoencoderKL\"} | _class_name is AutoencoderKL, not AutoencoderKLWan",
        "{\"base_dim\": \"96\"} | base_dim: ",
        "{\"base_dim\": 96.5} | base_dim: ",
        "{\"dim_mult\": [1, null, 4, 4]} | dim_mult is [1, null, 4, 4], not a list without null",
        "{\"is_residual\": 1} | is_residual: ",
        "{\"base_dim\": 96 | not valid JSON: ",
        "{} {} | not valid JSON: ",
      })
  void whatIsWrongIsSaidInOneLine(String json, String message, @TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("config.json"), json);
    String actual =
        assertThrows(WeightsException.class, () -> WanVaeConfig.read(file)).getMessage();
    assertTrue(actual.startsWith(file + ": " + message), actual);
    assertEquals(1, actual.lines().count(), actual);
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("config.json");
    String message =
        assertThrows(WeightsException.class, () -> WanVaeConfig.read(file)).getMessage();
    assertTrue(message.contains(file.toString()), message);
  }

  @Test
  void framesAndLatentFrames() {
    WanVaeConfig config = WanVaeConfig.parse("{}");
    assertEquals(1, config.latentFrames(1));
    assertEquals(21, config.latentFrames(81));
    assertEquals(81, config.frames(21));
    assertThrows(IllegalArgumentException.class, () -> config.latentFrames(80));
    assertThrows(IllegalArgumentException.class, () -> config.latentFrames(0));
  }
}
