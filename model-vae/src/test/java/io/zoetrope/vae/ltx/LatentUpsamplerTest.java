package io.zoetrope.vae.ltx;

import static io.zoetrope.vae.layer.GoldenVideos.check;
import static io.zoetrope.vae.layer.GoldenVideos.video;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.vae.layer.VideoJoiner;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The latent upsamplers against diffusers. */
class LatentUpsamplerTest {
  private interface Body {
    void run(LTXLatentUpsamplerModel model, Ops ops, Golden golden, VideoJoiner seen);
  }

  private static void with(String component, Body body) {
    Path folder = Fixtures.path("ltx-upsample-tiny");
    VideoJoiner seen = new VideoJoiner();
    try (Golden golden = Golden.open(folder);
        Backend backend = BackendProvider.open("cpu", 0);
        Checkpoint checkpoint =
            Checkpoint.open(folder.resolve(component), "diffusion_pytorch_model");
        Ops ops = new Ops(backend, seen)) {
      JsonConfig json = JsonConfig.read(folder.resolve(component + "/config.json"));
      LTXLatentUpsamplerConfig config = LTXLatentUpsamplerConfig.of(json);
      body.run(
          new LTXLatentUpsamplerModel(config, Weights.of(checkpoint, backend)), ops, golden, seen);
    }
  }

  @Test
  void spatialWithMomentsAndToneMapping() {
    String name = "latents_adain_tonemap";
    with(
        "latent_upsampler",
        (model, ops, golden, seen) -> {
          Tensor latents = video(ops, golden, name + "/ref_denormalized");
          LatentUpsampler upsampler = new LatentUpsampler(model, DType.F32, 0.6, 0.6);
          assertEquals(Shape.of(16, 2, 4, 6), upsampler.enlarged(Shape.of(16, 2, 2, 3)));
          Tensor out = upsampler.forward(ops, latents);
          check(golden, name + "/after_tone_map", out);
          golden.check(name + "/after_adain", seen.joined("after_adain"), DType.F32);
          for (String stage : new String[] {"initial_conv", "initial_norm", "final_conv"}) {
            check(golden, name + "/upsampler/" + stage, seen.joined(stage));
          }
          check(golden, name + "/upsampler/res_block0", seen.joined("res_block0"));
          check(golden, name + "/upsampler/post_block0", seen.joined("post_block0"));
        });
  }

  @Test
  void temporalDropsTheFirstFrame() {
    String name = "model_temporal";
    with(
        "latent_upsampler_temporal",
        (model, ops, golden, seen) -> {
          Tensor out = model.forward(ops, video(ops, golden, name + "/latents_in"));
          assertEquals(Shape.of(5, 2, 3, 16), out.shape());
          LatentUpsampler upsampler = new LatentUpsampler(model, DType.F32, 0, 0);
          assertEquals(Shape.of(16, 5, 2, 3), upsampler.enlarged(Shape.of(16, 3, 2, 3)));
          check(golden, name + "/upsampler/final_conv", out);
          check(golden, name + "/upsampler/upsampler", seen.joined("upsampler"));
        });
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"mid_channels\": 48}|multiples of 32",
        "{\"dims\": 4}|integers from 2 to 3",
        "{\"spatial_upsample\": false}|true, unless temporal_upsample is",
        "{\"dims\": 2, \"temporal_upsample\": true}|3 where temporal_upsample is true"
      })
  void refusesWhatItCannotDo(String json, String message) {
    JsonConfig config = JsonConfig.parse("config.json", json);
    ConfigException e =
        assertThrows(ConfigException.class, () -> LTXLatentUpsamplerConfig.of(config));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
