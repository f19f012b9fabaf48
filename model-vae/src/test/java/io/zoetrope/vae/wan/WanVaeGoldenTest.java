package io.zoetrope.vae.wan;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.pixels;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.Moments;
import io.zoetrope.vae.layer.VideoJoiner;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The whole VAE against what diffusers computed with the same weights: with the plain loops that
 * define every operation, and the larger cases, where these take long, on the CPU.
 */
class WanVaeGoldenTest {
  private static final List<String> FIXTURES = List.of("wan21-t2v-tiny", "wan22-ti2v-tiny");
  private static final String REFERENCE = "reference";
  private static final String FAST = "cpu";

  private interface Check {
    void run(WanVae vae, Ops ops, VideoJoiner seen, Golden golden);
  }

  @TestFactory
  List<DynamicTest> cases() {
    List<DynamicTest> tests = new ArrayList<>();
    for (String fixture : FIXTURES) {
      try (Golden golden = Golden.open(Fixtures.path(fixture))) {
        for (JsonNode node : golden.json().get("cases")) {
          String name = node.get("name").textValue();
          String title = fixture + "/" + name;
          if (node.get("kind").textValue().equals("vae")) {
            String device = name.endsWith("_17f") ? FAST : REFERENCE;
            tests.add(
                test(title + "/encode", fixture, device, (v, o, s, g) -> encode(v, o, s, g, name)));
            tests.add(
                test(title + "/decode", fixture, device, (v, o, s, g) -> decode(v, o, s, g, name)));
          }
          if (golden.has(name + "/vae_decode/video_out")) {
            tests.add(
                test(
                    title + "/vae_decode",
                    fixture,
                    FAST,
                    (v, o, s, g) ->
                        decode(
                            v,
                            o,
                            s,
                            g,
                            name + "/vae_decode/latents_in",
                            name + "/vae_decode/video_out")));
          }
          if (golden.has(name + "/vae_encode/mean")) {
            tests.add(
                test(
                    title + "/vae_encode",
                    fixture,
                    FAST,
                    (v, o, _, g) -> pipelineEncode(v, o, g, name)));
          }
        }
      }
    }
    return tests;
  }

  private static DynamicTest test(String title, String fixture, String device, Check check) {
    return DynamicTest.dynamicTest(
        title,
        () -> {
          VideoJoiner seen = new VideoJoiner();
          Path folder = Fixtures.path(fixture);
          try (Golden golden = Golden.open(folder);
              Backend backend = BackendProvider.open(device, 0);
              Checkpoint checkpoint =
                  Checkpoint.open(folder.resolve("vae"), "diffusion_pytorch_model");
              Ops ops = new Ops(backend, seen)) {
            check.run(open(folder, Weights.of(checkpoint, backend)), ops, seen, golden);
          }
        });
  }

  private static WanVae open(Path folder, Weights weights) {
    return new WanVae(WanVaeConfig.read(folder.resolve("vae/config.json")), weights);
  }

  private static void encode(WanVae vae, Ops ops, VideoJoiner seen, Golden golden, String name) {
    Moments moments = vae.encode(ops, pixels(ops, golden, name + "/video_uint8"), null);
    check(golden, name + "/encode_mean", moments.mean());
    check(golden, name + "/encode_logvar", moments.logvar());
    String before = name + "/encode_moments_before_quant_conv";
    if (golden.has(before)) {
      check(golden, before, seen.joined("moments_before_quant_conv"));
    }
  }

  private static void pipelineEncode(WanVae vae, Ops ops, Golden golden, String name) {
    String input = name + "/vae_encode/video_in";
    Tensor video =
        golden.has(input)
            ? video(ops, golden, input)
            : pixels(ops, golden, name + "/input_video_uint8");
    Moments moments = vae.encode(ops, video, null);
    check(golden, name + "/vae_encode/mean", moments.mean());
    check(golden, name + "/vae_encode/logvar", moments.logvar());
  }

  private static void decode(WanVae vae, Ops ops, VideoJoiner seen, Golden golden, String name) {
    decode(vae, ops, seen, golden, name + "/latents_in", name + "/decode_video");
    int stages = 0;
    for (String stored : golden.names()) {
      String prefix = name + "/decode_";
      if (stored.startsWith(prefix) && !stored.endsWith("/decode_video")) {
        String stage = stored.substring(prefix.length());
        String tap = stage.startsWith("before_") ? "before_clamp" : stage.replace("_joined", "");
        check(golden, stored, seen.joined(tap));
        stages++;
      }
    }
    assertTrue(stages >= 2, "stages of " + name);
  }

  private static void decode(
      WanVae vae, Ops ops, VideoJoiner seen, Golden golden, String input, String output) {
    vae.decode(ops, video(ops, golden, input), null, chunk -> seen.add("video", chunk));
    check(golden, output, seen.joined("video"));
  }

  @Test
  void bfloat16IsAsCloseAsThatOfTheReference() {
    Path folder = Fixtures.path("wan21-t2v-tiny");
    VideoJoiner seen = new VideoJoiner();
    try (Golden golden = Golden.open(folder);
        Backend backend = BackendProvider.open(FAST, 0);
        Checkpoint checkpoint = Checkpoint.open(folder.resolve("vae"), "diffusion_pytorch_model");
        Ops ops = new Ops(backend)) {
      WanVae vae = open(folder, Weights.of(checkpoint, backend).roundedTo(DType.BF16));
      String name = "t2v_32x48_9f/vae_decode/";
      Tensor latents = ops.cast(video(ops, golden, name + "latents_in"), DType.BF16);
      vae.decode(
          ops,
          latents,
          null,
          chunk -> {
            assertEquals(DType.BF16, chunk.dtype());
            seen.add("video", chunk);
          });
      Tensor expected = ops.download(video(ops, golden, name + "video_out"));
      double reference =
          golden
              .json()
              .at("/tolerance_extra/vae_decode_bfloat16_same_latents/rel_rms")
              .doubleValue();
      double error =
          Difference.of("video", expected.toFloats(), seen.joined("video").toFloats())
              .relativeRms();
      assertTrue(error <= 2 * reference, () -> error + " > 2 * " + reference);
    }
  }
}
