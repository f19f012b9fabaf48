package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.bench.ModelConfigs.Published;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RandomModelTest {
  private static final ModelConfigs TINY = wan(2, 2, 32);
  private static final Path DEMO = Fixtures.path("..").resolve("demo-model").resolve("model");
  private static final String WEIGHTS = "diffusion_pytorch_model";

  @TempDir private Path folder;

  /** A small model with a transformer of these sizes. */
  private static ModelConfigs wan(int layers, int heads, int headDim) {
    return smallText(ModelConfigs.of(Published.WAN_1_3B))
        .with("transformer", "num_layers", layers)
        .with("transformer", "num_attention_heads", heads)
        .with("transformer", "attention_head_dim", headDim)
        .with("transformer", "ffn_dim", 96)
        .with("transformer", "text_dim", 32)
        .with("vae", "base_dim", 8);
  }

  /** With a text encoder of 32 features. */
  private static ModelConfigs smallText(ModelConfigs configs) {
    return configs
        .with("text_encoder", "d_model", 32)
        .with("text_encoder", "d_ff", 48)
        .with("text_encoder", "num_layers", 1)
        .with("text_encoder", "num_heads", 2)
        .with("text_encoder", "vocab_size", 2048);
  }

  private Path write(ModelConfigs configs, String name, long shardBytes) {
    Path model = folder.resolve(name);
    new RandomModel(configs, DEMO, new DiffusersFolder(DType.BF16, shardBytes)).write(model);
    return model;
  }

  /** With layers of the published kind, and fewer of them. */
  private static ModelConfigs small(Published published) {
    return switch (published) {
      case WAN_1_3B -> TINY;
      case LATTE_1 ->
          smallText(ModelConfigs.of(published))
              .with("transformer", "num_layers", 1)
              .with("transformer", "num_attention_heads", 2)
              .with("transformer", "attention_head_dim", 12)
              .with("transformer", "cross_attention_dim", 24)
              .with("transformer", "caption_channels", 32)
              .with("vae", "block_out_channels", List.of(8, 8, 8, 8))
              .with("vae", "norm_num_groups", 4);
      case COGVIDEOX_2B ->
          smallText(ModelConfigs.of(published))
              .with("transformer", "num_layers", 1)
              .with("transformer", "num_attention_heads", 2)
              .with("transformer", "attention_head_dim", 16)
              .with("transformer", "text_embed_dim", 32)
              .with("transformer", "time_embed_dim", 32)
              .with("vae", "block_out_channels", List.of(8, 8, 8, 8))
              .with("vae", "layers_per_block", 1)
              .with("vae", "norm_num_groups", 4);
      case LTX_2B ->
          smallText(ModelConfigs.of(published))
              .with("transformer", "num_layers", 1)
              .with("transformer", "num_attention_heads", 2)
              .with("transformer", "attention_head_dim", 16)
              .with("transformer", "cross_attention_dim", 32)
              .with("transformer", "caption_channels", 32)
              .with("vae", "block_out_channels", List.of(8, 8, 8, 8))
              .with("vae", "layers_per_block", List.of(1, 1, 1, 1, 1))
              .with("vae", "decoder_block_out_channels", List.of(8, 8, 8, 8))
              .with("vae", "decoder_layers_per_block", List.of(1, 1, 1, 1, 1));
    };
  }

  @ParameterizedTest
  @CsvSource({"WAN_1_3B, 32, 5", "LATTE_1, 32, 4", "COGVIDEOX_2B, 32, 9", "LTX_2B, 64, 9"})
  void makesAClip(Published published, int size, int frames) {
    Path model = write(small(published), "model", 1 << 30);
    try (Backend backend = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = VideoPipeline.open(model, backend, DType.F32)) {
      GenerationRequest request =
          pipeline
              .request("a red ball")
              .with(new ClipSize(size, size, frames))
              .with(Setting.STEPS, 2);
      VideoFrames clip = pipeline.generate(request, Progress.NONE).frames();
      assertEquals(frames, clip.frames());
      byte[] frame = clip.frame(frames - 1);
      assertTrue(
          new String(frame, java.nio.charset.StandardCharsets.ISO_8859_1).chars().distinct().count()
              > 8);
    }
  }

  /** The text encoder with scales makes about what it makes without: its weights are as large. */
  @Test
  void singleFilesMakeAModel() {
    Path files = folder.resolve("files");
    new RandomModel(wan(1, 1, 128), DEMO, new SingleFiles(true)).write(files);
    ModelSource source =
        ModelParts.of(Role.TRANSFORMER, files.resolve("wan2.1_t2v_1.3B_fp16.safetensors"))
            .with(Role.TEXT_ENCODER, files.resolve("umt5_xxl_fp8_e4m3fn_scaled.safetensors"))
            .with(Role.VAE, files.resolve("wan_2.1_vae.safetensors"))
            .open();
    ModelPrecision precision = new ModelPrecision(DType.F32, DType.F32);
    try (Backend backend = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline =
            VideoPipeline.open(source, backend, precision, WeightRetention.RELEASE)) {
      GenerationRequest request =
          pipeline.request("a red ball").with(new ClipSize(32, 32, 5)).with(Setting.STEPS, 1);
      assertEquals(5, pipeline.generate(request, Progress.NONE).frames().frames());
    }
    try (WeightSource text = source.weights("text_encoder")) {
      String name = "encoder.block.0.layer.0.SelfAttention.q.weight";
      float[] values = text.tensor(name).in(DType.F32).toFloats();
      double squares = 0;
      for (float value : values) {
        squares += (double) value * value;
      }
      assertEquals(1.0 / 32, squares / values.length, 0.2 / 32);
    }
  }

  @Test
  void theSameWeightsInShards() throws IOException {
    Path whole = write(TINY, "whole", 1 << 30).resolve("transformer");
    Path sharded = write(TINY, "sharded", 1 << 16).resolve("transformer");
    try (Checkpoint a = Checkpoint.open(whole, WEIGHTS);
        Checkpoint b = Checkpoint.open(sharded, WEIGHTS)) {
      assertEquals(1, a.files().size());
      assertTrue(b.files().size() > 2, "one file");
      assertEquals(a.names().stream().sorted().toList(), b.names().stream().sorted().toList());
      for (String name : a.names()) {
        assertEquals(DType.BF16, a.tensor(name).load().dtype());
        assertArrayEquals(a.tensor(name).load().toFloats(), b.tensor(name).load().toFloats(), name);
      }
    }
  }

  /**
   * Tensors and elements of the transformer and the autoencoder, as the classes of diffusers have
   * them with these configurations.
   */
  @ParameterizedTest
  @CsvSource({
    "WAN_1_3B, 825, 1418996800, 194, 126892531",
    "LATTE_1, 967, 1057246880, 248, 83653863",
    "COGVIDEOX_2B, 736, 1693783872, 436, 215583907",
    "LTX_2B, 715, 1923385472, 190, 419193905",
  })
  void namesAndShapesAreThoseOfThePublishedModel(
      Published published, int tensors, long elements, int vaeTensors, long vaeElements) {
    Map<String, Shape> transformer = new HashMap<>();
    Map<String, Shape> vae = new HashMap<>();
    RandomLayout layout =
        (_, model) -> {
          transformer.putAll(DemandedShapes.of(model.predictor()));
          vae.putAll(DemandedShapes.of(model.codec()));
        };
    new RandomModel(ModelConfigs.of(published), DEMO, layout).write(folder.resolve("model"));
    assertEquals(
        List.of((long) tensors, elements, (long) vaeTensors, vaeElements),
        List.of(
            (long) transformer.size(), elements(transformer), (long) vae.size(), elements(vae)));
  }

  private static long elements(Map<String, Shape> shapes) {
    return shapes.values().stream().mapToLong(Shape::count).sum();
  }

  @Test
  void leavesNothingBehindWhenItFails() throws IOException {
    Path model = folder.resolve("model");
    RandomModel broken =
        new RandomModel(TINY, folder.resolve("nowhere"), new DiffusersFolder(DType.BF16, 1 << 30));
    PipelineException e = assertThrows(PipelineException.class, () -> broken.write(model));
    assertTrue(e.getMessage().contains("nowhere"), e.getMessage());
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  void doesNotOverwrite() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    RandomModel writer = new RandomModel(TINY, folder, new SingleFiles(true));
    assertThrows(PipelineException.class, () -> writer.write(model));
  }
}
