package io.zoetrope.vae.cogvideox;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.pixels;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
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
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The autoencoder against what diffusers computed with the same weights, and what that leaves. */
class AutoencoderKLCogVideoXTest {
  private static final Path FIXTURE = Fixtures.path("cogvideox-2b-tiny");
  private static final Path FOLDER = FIXTURE.resolve("vae");

  private interface Body {
    void run(AutoencoderKLCogVideoX vae, Ops ops, VideoJoiner seen, Golden golden);
  }

  private static ObjectNode json() {
    return JsonConfig.read(FOLDER.resolve("config.json")).json();
  }

  private static AutoencoderKLCogVideoXConfig read(ObjectNode json) {
    return AutoencoderKLCogVideoXConfig.of(JsonConfig.of("config.json", json));
  }

  /** On the CPU, where the plain loops take long. */
  private static void withVae(Body body) {
    withVae("cpu", body);
  }

  private static void withVae(String device, Body body) {
    VideoJoiner seen = new VideoJoiner();
    try (Golden golden = Golden.open(FIXTURE);
        Backend backend = BackendProvider.open(device, 0);
        Checkpoint checkpoint = Checkpoint.open(FOLDER, "diffusion_pytorch_model");
        Ops ops = new Ops(backend, seen)) {
      Weights weights = Weights.of(checkpoint, backend);
      body.run(new AutoencoderKLCogVideoX(read(json()), weights), ops, seen, golden);
    }
  }

  private static Tensor decode(
      AutoencoderKLCogVideoX vae, Ops ops, Tensor latents, Tiling tiling, List<Long> chunks) {
    VideoJoiner video = new VideoJoiner();
    vae.decode(
        ops,
        latents,
        tiling,
        chunk -> {
          video.add("video", chunk);
          chunks.add(chunk.size(0));
        });
    return video.joined("video");
  }

  private static Tensor decode(AutoencoderKLCogVideoX vae, Ops ops, Tensor latents, Tiling tiling) {
    return decode(vae, ops, latents, tiling, new ArrayList<>());
  }

  // ---------------------------------------------------------------- against diffusers

  @Test
  void encodesAsDiffusersDoes() {
    withVae((vae, ops, _, golden) -> {
      Tensor pixels = pixels(ops, golden, "vae_16x24_17f/video_uint8");
      Moments moments = vae.encode(ops, VideoSource.of(pixels), null);
      check(golden, "vae_16x24_17f/encode_mean", moments.mean());
      check(golden, "vae_16x24_17f/encode_logvar", moments.logvar());
    });
  }

  @Test
  void decodesStageByStageAsDiffusersDoes() {
    withVae((vae, ops, seen, golden) -> {
      String name = "vae_16x24_17f/";
      List<Long> chunks = new ArrayList<>();
      Tensor latents = video(ops, golden, name + "latents_in");
      check(golden, name + "decode_video", decode(vae, ops, latents, null, chunks));
      assertEquals(List.of(9L, 8L), chunks);
      for (String stage : List.of("conv_in", "mid_block", "up_block0")) {
        check(golden, name + "decode_" + stage + "_joined", seen.joined(stage));
      }
    });
  }

  /** The first frame stands for itself in odd numbers of latent frames alone. */
  @ParameterizedTest
  @CsvSource({"vae_decode_1_latent_frame, reference", "vae_decode_4_latent_frames, cpu"})
  void decodesOtherNumbersOfFramesAsDiffusersDoes(String name, String device) {
    withVae(
        device,
        (vae, ops, _, golden) -> {
          Tensor latents = video(ops, golden, name + "/latents_in");
          Tensor video = decode(vae, ops, latents, null);
          check(golden, name + "/decode_video", video);
          assertEquals(vae.config().frames(latents.size(0)), video.size(0));
        });
  }

  /** Made by tools/reference/vae_tiling.py. */
  @Test
  void tilesAsDiffusersDoes() throws Exception {
    Path resources =
        Path.of(AutoencoderKLCogVideoXTest.class.getResource("golden.json").toURI()).getParent();
    withVae((vae, ops, _, _) -> {
      try (Golden golden = Golden.open(resources)) {
        Tiling tiling = new Tiling(16, 16, 8, 8);
        Tensor latents = video(ops, golden, "cogvideox/latents_in");
        check(golden, "cogvideox/decode_video", decode(vae, ops, latents, tiling));
        Tensor pixels = pixels(ops, golden, "cogvideox/video_uint8");
        Moments moments = vae.encode(ops, VideoSource.of(pixels), tiling);
        check(golden, "cogvideox/encode_mean", moments.mean());
        check(golden, "cogvideox/encode_logvar", moments.logvar());
      }
    });
  }

  // ---------------------------------------------------------------- sizes

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 8", "3, 9", "4, 16", "5, 17", "13, 49", "21, 81"})
  void countsFrames(long latentFrames, long frames) {
    assertEquals(frames, read(json()).frames(latentFrames));
    assertEquals(latentFrames, read(json()).latentFrames(frames));
  }

  /** Clips that no number of latent frames is decoded to. */
  @ParameterizedTest
  @CsvSource({"4, 1", "5, 2", "10, 3", "13, 4", "15, 4", "18, 5"})
  void countsLatentFramesOfAnyClip(long frames, long latentFrames) {
    assertEquals(latentFrames, read(json()).latentFrames(frames));
  }

  @Test
  void tilesHaveHalfTheSizeOfTheTrainingVideos() {
    withVae((vae, _, _, _) -> {
      ObjectNode json = json().put("sample_height", 480).put("sample_width", 720);
      assertEquals(new Tiling(240, 360, 200, 288), CogVideoXVideoCodec.tiling(read(json)));
      Tiling small = new CogVideoXVideoCodec(vae, DType.F32, false).tiling();
      assertEquals(new Tiling(16, 24, 8, 16), small);
    });
  }

  /** Tiles whose stride is their size do not fade, and are clips of their own. */
  @Test
  void tilesAreClipsOfTheirOwn() {
    withVae((vae, ops, _, _) -> {
      Tiling tiling = new Tiling(16, 16, 16, 16);
      Tensor latents = ops.upload(TorchGenerator.manualSeed(3).randn(3, 2, 4, 8));
      List<Long> chunks = new ArrayList<>();
      Tensor tiled = decode(vae, ops, latents, tiling, chunks);
      assertEquals(List.of(9L), chunks);
      assertEquals(Shape.of(9, 16, 32, 3), tiled.shape());
      Tensor right = decode(vae, ops, ops.copy(latents.narrow(2, 2, 2)), null);
      Tensor rightTile = tiled.narrow(2, 16, 16);
      assertArrayEquals(right.toFloats(), rightTile.toFloats());

      Moments moments = vae.encode(ops, VideoSource.of(ops.upload(tiled)), tiling);
      Moments alone = vae.encode(ops, VideoSource.of(ops.upload(right)), null);
      assertEquals(Shape.of(3, 2, 4, 8), moments.mean().shape());
      assertArrayEquals(
          alone.mean().toFloats(), ops.copy(moments.mean().narrow(2, 2, 2)).toFloats());
    });
  }

  // ---------------------------------------------------------------- configurations

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "act_fn|\"relu\"|supported: silu",
        "shift_factor|0.1159|supported: null",
        "latents_mean|[0, 0, 0, 0]|supported: null",
        "use_quant_conv|true|supported: false",
        "use_post_quant_conv|true|supported: false",
        "norm_num_groups|5|multiples of norm_num_groups = 5",
        "up_block_types|[\"CogVideoXUpBlock3D\"]|4 times CogVideoXUpBlock3D",
        "down_block_types|[\"A\", \"A\", \"A\", \"A\"]|4 times CogVideoXDownBlock3D",
        "block_out_channels|[]|lists of 1 to 16 numbers",
        "temporal_compression_ratio|3|powers of two up to 8",
        "temporal_compression_ratio|16|powers of two up to 8",
        "scaling_factor|0|positive numbers",
        "layers_per_block|0|integers from 1"
      })
  void refusesWhatItCannotDo(String field, String value, String message) throws Exception {
    ObjectNode json = json();
    json.set(field, JsonConfig.MAPPER.readTree(value));
    ConfigException e = assertThrows(ConfigException.class, () -> read(json));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void refusesLatentsOfAnotherAutoencoder() {
    withVae((vae, ops, _, _) -> {
      Tensor latents = ops.allocate(DType.F32, Shape.of(1, 2, 3, 16));
      IllegalArgumentException e =
          assertThrows(IllegalArgumentException.class, () -> decode(vae, ops, latents, null));
      assertTrue(e.getMessage().contains("are not [frames, height, width, 8]"), e.getMessage());
    });
  }
}
