package io.zoetrope.vae.wan;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.pixels;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoJoiner;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tiles, and structures other than the published ones, against diffusers; on the CPU where the
 * plain loops take long.
 */
class WanVaeTilingTest {
  /** Made by tools/reference/vae_tiling.py. */
  private static Path resources() {
    URL golden = WanVaeTilingTest.class.getResource("golden.json");
    try {
      return Path.of(golden.toURI()).getParent();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path vaeFolder(String name) {
    return switch (name) {
      case "wan21" -> Fixtures.path("wan21-t2v-tiny/vae");
      case "wan22" -> Fixtures.path("wan22-ti2v-tiny/vae");
      default -> resources().resolve(name);
    };
  }

  private interface Body {
    void run(WanVae vae, Ops ops, Golden golden);
  }

  private static void withVae(String name, Body body) {
    try (Golden golden = Golden.open(resources());
        Backend backend = BackendProvider.open(name.equals("other") ? "reference" : "cpu", 0);
        Checkpoint checkpoint = Checkpoint.open(vaeFolder(name), "diffusion_pytorch_model");
        Ops ops = new Ops(backend)) {
      WanVaeConfig config = WanVaeConfig.read(vaeFolder(name).resolve("config.json"));
      body.run(new WanVae(config, Weights.of(checkpoint, backend)), ops, golden);
    }
  }

  private static Tiling tiling(JsonNode sizes) {
    return sizes.isNull()
        ? null
        : new Tiling(
            sizes.get(0).intValue(),
            sizes.get(1).intValue(),
            sizes.get(2).intValue(),
            sizes.get(3).intValue());
  }

  private static VideoJoiner decode(WanVae vae, Ops ops, Tensor latents, Tiling tiling) {
    VideoJoiner chunks = new VideoJoiner();
    vae.decode(ops, latents, tiling, chunk -> chunks.add("video", chunk));
    return chunks;
  }

  @ParameterizedTest
  @ValueSource(strings = {"wan21", "wan22", "other"})
  void decodesAndEncodesAsDiffusersDoes(String name) {
    withVae(
        name,
        (vae, ops, golden) -> {
          JsonNode sizes = golden.json().get("cases").get(name);
          Tensor latents = video(ops, golden, name + "/latents_in");
          Tensor video = decode(vae, ops, latents, tiling(sizes.get("decode"))).joined("video");
          check(golden, name + "/decode_video", video);
          Tensor pixels = pixels(ops, golden, name + "/video_uint8");
          Moments moments = vae.encode(ops, pixels, tiling(sizes.get("encode")));
          check(golden, name + "/encode_mean", moments.mean());
          check(golden, name + "/encode_logvar", moments.logvar());
        });
  }

  @Test
  void aPictureOfOneTileIsNotTiled() {
    withVae(
        "other",
        (vae, ops, golden) -> {
          Tensor latents = video(ops, golden, "other/latents_in");
          assertArrayEquals(
              decode(vae, ops, latents, null).joined("video").toFloats(),
              decode(vae, ops, latents, Tiling.DEFAULT).joined("video").toFloats());
        });
  }

  @ParameterizedTest
  @CsvSource({"16,16,24,16", "16,16,16,0", "16,8,16,16"})
  void tilesThatLeaveGapsAreRefused(int height, int width, int strideHeight, int strideWidth) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class,
            () -> new Tiling(height, width, strideHeight, strideWidth));
    assertEquals(
        "tiles of %d x %d every %d x %d pixels: strides must be from 1 to the tile's size"
            .formatted(width, height, strideWidth, strideHeight),
        refused.getMessage());
  }

  @Test
  void tilesBetweenLatentPixelsAreRefused() {
    withVae(
        "wan21",
        (vae, ops, golden) -> {
          Tensor latents = video(ops, golden, "wan21/latents_in");
          Tiling uneven = new Tiling(24, 28, 16, 16);
          String message =
              assertThrows(IllegalArgumentException.class, () -> decode(vae, ops, latents, uneven))
                  .getMessage();
          assertEquals(
              "tiles of 28 x 24 every 16 x 16 pixels: sizes must be multiples of 8", message);
        });
  }
}
