package io.zoetrope.vae.wan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.testing.Fixtures;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WanVaeConfigTest {
  static WanVaeConfig config(String json) {
    return WanVaeConfig.of(JsonConfig.parse("test", json));
  }

  @Test
  void missingFieldsTakeTheDefaultsOfDiffusers() {
    WanVaeConfig config = config("{}");
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
  void scaleFactorsAreThoseOfTheLayers() {
    WanVaeConfig config =
        config(
            """
            {"dim_mult": [1, 2, 4], "temperal_downsample": [true, false],
             "scale_factor_temporal": 4, "scale_factor_spatial": 8}
            """);
    assertEquals(2, config.scaleFactorTemporal());
    assertEquals(4, config.scaleFactorSpatial());
  }

  @Test
  void fieldsWithoutEffectAreIgnored() {
    assertEquals(config("{}"), config("{\"clip_output\": false, \"dropout\": 0.1}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "[] | not a JSON object",
        "{\"base_dim\": 0} | base_dim is 0; supported: positive integers",
        "{\"dim_mult\": [], \"temperal_downsample\": []} | dim_mult is []; supported: lists of at",
        "{\"dim_mult\": [1, -2, 4, 4]} | dim_mult is [1,-2,4,4]; supported: lists of positive",
        "{\"dim_mult\": [1, 2]} | temperal_downsample is missing; supported: 1 values for the steps",
        "{\"z_dim\": 48} | latents_mean is missing; supported: lists of 48 numbers, one per latent",
        "{\"attn_scales\": [0.5]} | attn_scales is [0.5]; supported: []",
        "{\"patch_size\": 2} | in_channels is missing; supported: mul",
        "{\"z_dim\": 1, \"latents_mean\": [0], \"latents_std\": [0]} | latents_std is [0]; supported",
        "{\"latents_mean\": [NaN]} | latents_mean is [\"NaN\"]; supported: lists of finite numbers",
        "{\"_class_name\": \"AutoencoderKL\"} | _class_name is \"AutoencoderKL\"; supported: Auto",
        "{\"base_dim\": \"96\"} | base_dim is \"96\"; supported: positive integers",
        "{\"base_dim\": 96.5} | base_dim is 96.5; supported: positive integers",
        "{\"dim_mult\": [1, null, 4, 4]} | dim_mult is [1,null,4,4]; supported: lists of positive",
        "{\"is_residual\": 1} | is_residual is 1; supported: true, false",
        "{\"base_dim\": 96 | malformed JSON at line 1: ",
        "{} {} | malformed JSON at line 1: more than one value",
      })
  void whatIsWrongIsSaidInOneLine(String json, String message, @TempDir Path folder)
      throws Exception {
    Path file = Files.writeString(folder.resolve("config.json"), json);
    String actual = assertThrows(ConfigException.class, () -> WanVaeConfig.read(file)).getMessage();
    assertTrue(actual.startsWith(file + ": " + message), actual);
    assertEquals(1, actual.lines().count(), actual);
  }

  @Test
  void aMissingFileIsNamed(@TempDir Path folder) {
    Path file = folder.resolve("config.json");
    String message =
        assertThrows(ConfigException.class, () -> WanVaeConfig.read(file)).getMessage();
    assertTrue(message.contains(file.toString()), message);
  }

  @Test
  void framesAndLatentFrames() {
    WanVaeConfig config = config("{}");
    assertEquals(1, config.latentFrames(1));
    assertEquals(21, config.latentFrames(81));
    assertEquals(81, config.frames(21));
    assertThrows(IllegalArgumentException.class, () -> config.latentFrames(80));
    assertThrows(IllegalArgumentException.class, () -> config.latentFrames(0));
  }
}
