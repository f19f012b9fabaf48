package io.zoetrope.vae.ltx;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.pixels;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.random.NoiseSource;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.Tiling;
import io.zoetrope.vae.layer.VideoJoiner;
import io.zoetrope.vae.layer.VideoSource;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The autoencoder of each version against diffusers, and what its chunks have to do with it. */
class AutoencoderKLLTXVideoTest {
  private interface Body {
    void run(AutoencoderKLLTXVideo vae, Ops ops, Golden golden, VideoJoiner seen);
  }

  private static AutoencoderKLLTXVideoConfig config(Path folder) {
    return AutoencoderKLLTXVideoConfig.of(JsonConfig.read(folder.resolve("vae/config.json")));
  }

  private static void with(String fixture, DType dtype, Body body) {
    Path folder = Fixtures.path(fixture);
    VideoJoiner seen = new VideoJoiner();
    try (Golden golden = Golden.open(folder);
        Backend backend = BackendProvider.open("cpu", 0);
        Checkpoint checkpoint = Checkpoint.open(folder.resolve("vae"), "diffusion_pytorch_model");
        Ops ops = new Ops(backend, seen)) {
      Weights weights = Weights.of(checkpoint, backend).roundedTo(dtype);
      body.run(new AutoencoderKLLTXVideo(config(folder), weights), ops, golden, seen);
    }
  }

  /** The random numbers that the reference drew. */
  private static NoiseSource drawn(Golden golden, String name) {
    int[] draws = {0};
    return sizes -> golden.stored("%s/noise/%d_torch_randn".formatted(name, draws[0]++));
  }

  private static double timestep(Golden golden, String name) {
    for (var settings : golden.json().get("cases")) {
      if (settings.get("name").textValue().equals(name)) {
        return settings.path("decode_timestep").asDouble(0);
      }
    }
    throw new AssertionError("no case " + name);
  }

  @ParameterizedTest
  @CsvSource({
    "ltx-video-tiny, vae_32x32_17f, 4",
    "ltx-video-091-tiny, vae_32x32_9f, 3",
    "ltx-video-095-tiny, vae_32x32_9f, 3"
  })
  void agreesWithDiffusersStageByStage(String fixture, String name, int upBlocks) {
    with(
        fixture,
        DType.F32,
        (vae, ops, golden, seen) -> {
          VideoSource clip = VideoSource.of(pixels(ops, golden, name + "/video_uint8"));
          Moments moments = vae.encode(ops, clip, null);
          check(golden, name + "/encode_mean", moments.mean());
          check(golden, name + "/encode_logvar", moments.logvar());
          for (int i = 0; i < 4; i++) {
            check(golden, name + "/encode/down_block" + i, seen.joined("down_block" + i));
          }
          check(golden, name + "/encode/conv_in", seen.joined("conv_in"));
          check(golden, name + "/encode/mid_block", seen.joined("mid_block"));
          check(golden, name + "/encode/encoder", seen.joined("encoder"));
        });
    with(
        fixture,
        DType.F32,
        (vae, ops, golden, seen) -> {
          vae.decode(
              ops,
              video(ops, golden, name + "/latents_in"),
              timestep(golden, name),
              drawn(golden, name),
              null,
              chunk -> seen.add("video", chunk));
          check(golden, name + "/decode_video", seen.joined("video"));
          for (String stage : new String[] {"conv_in", "mid_block"}) {
            check(golden, name + "/vae_decode/" + stage, seen.joined(stage));
          }
          for (int i = 0; i < upBlocks; i++) {
            check(golden, name + "/vae_decode/up_block" + i, seen.joined("up_block" + i));
          }
          Tensor norm = golden.stored(name + "/vae_decode/norm_out").select(0, 0);
          golden.check(name + "/vae_decode/norm_out", norm, seen.joined("norm_out"), DType.F32);
        });
  }

  /** Within twice what it costs the reference. */
  @Test
  void bfloat16IsAsCloseAsThatOfTheReference() {
    String name = "vae_32x32_9f";
    with(
        "ltx-video-095-tiny",
        DType.BF16,
        (vae, ops, golden, seen) -> {
          vae.decode(
              ops,
              ops.cast(video(ops, golden, name + "/latents_in"), DType.BF16),
              timestep(golden, name),
              NoiseSource.none(),
              null,
              chunk -> seen.add("video", chunk));
          Tensor expected = ops.download(video(ops, golden, name + "/decode_video"));
          golden.check(name + "/decode_video", expected, seen.joined("video"), DType.BF16);
        });
  }

  /** Tiles whose stride is their size do not fade, and decode as pictures of their own. */
  @Test
  void tilesArePicturesOfTheirOwn() {
    with(
        "ltx-video-tiny",
        DType.F32,
        (vae, ops, _, seen) -> {
          Tensor latents = ops.upload(TorchGenerator.manualSeed(3).randn(2, 1, 2, 16));
          Tiling tiling = new Tiling(32, 32, 32, 32);
          NoiseSource none = NoiseSource.none();
          vae.decode(ops, latents, 0, none, tiling, chunk -> seen.add("tiled", chunk));
          Tensor tiled = seen.joined("tiled");
          assertEquals(Shape.of(9, 32, 64, 3), tiled.shape());
          Tensor right = ops.copy(latents.narrow(2, 1, 1));
          vae.decode(ops, right, 0, none, tiling, chunk -> seen.add("right", chunk));
          assertArrayEquals(
              seen.joined("right").toFloats(), ops.copy(tiled.narrow(2, 32, 32)).toFloats());

          Moments moments = vae.encode(ops, VideoSource.of(tiled), tiling);
          Tensor half = ops.copy(tiled.narrow(2, 32, 32));
          Moments alone = vae.encode(ops, VideoSource.of(half), null);
          assertArrayEquals(
              alone.mean().toFloats(), ops.copy(moments.mean().narrow(2, 1, 1)).toFloats());
        });
  }

  @Test
  void normalizedLatentsAreThemselvesAgain() {
    with(
        "ltx-video-tiny",
        DType.F32,
        (vae, ops, _, _) -> {
          Tensor latents = ops.upload(TorchGenerator.manualSeed(3).randn(2, 1, 2, 16));
          Tensor back = vae.denormalize(ops, vae.normalize(ops, latents));
          assertArrayEquals(latents.toFloats(), back.toFloats(), 1e-5f);
        });
  }

  @Test
  void whatDoesNotFitIsRefused() {
    with(
        "ltx-video-tiny",
        DType.F32,
        (vae, ops, _, _) -> {
          Tensor latents = ops.allocate(DType.F32, Shape.of(1, 1, 1, 8));
          assertRefused(
              "decode: latents F32 [1, 1, 1, 8] are not [frames, height, width, 16]",
              () -> vae.decode(ops, latents, 0, NoiseSource.none(), null, _ -> {}));
          VideoSource even = VideoSource.of(ops.allocate(DType.F32, Shape.of(8, 32, 32, 3)));
          assertRefused(
              "8 frames do not fit the VAE: it takes 1 and a multiple of 8 more",
              () -> vae.encode(ops, even, null));
        });
  }

  private static void assertRefused(String message, Runnable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call::run).getMessage());
  }
}
