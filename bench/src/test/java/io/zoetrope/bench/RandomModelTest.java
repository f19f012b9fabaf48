package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.dit.wan.WanTransformer;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DryRunBackend;
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
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelTest {
  private static final ModelSizes TINY = new ModelSizes(2, 2, 32, 96, 32, 1, 2, 48, 2048, 8);
  private static final String WEIGHTS = "diffusion_pytorch_model";

  @TempDir private Path folder;

  private Path write(String name, long shardBytes) {
    Path model = folder.resolve(name);
    Path demo = Fixtures.path("..").resolve("demo-model").resolve("model");
    new RandomModel(TINY, demo, new DiffusersFolder(DType.BF16, shardBytes)).write(model);
    return model;
  }

  @Test
  void makesAClip() {
    Path model = write("model", 1 << 30);
    try (Backend backend = BackendProvider.open("cpu", 1);
        VideoPipeline pipeline = VideoPipeline.open(model, backend, DType.F32)) {
      GenerationRequest request =
          pipeline.request("a red ball").with(new ClipSize(32, 32, 5)).with(Setting.STEPS, 2);
      VideoFrames clip = pipeline.generate(request, Progress.NONE).frames();
      assertEquals(5, clip.frames());
      byte[] frame = clip.frame(4);
      assertTrue(
          new String(frame, java.nio.charset.StandardCharsets.ISO_8859_1).chars().distinct().count()
              > 8);
    }
  }

  /** The text encoder with scales makes about what it makes without: its weights are as large. */
  @Test
  void singleFilesMakeAModel() {
    Path demo = Fixtures.path("..").resolve("demo-model").resolve("model");
    Path files = folder.resolve("files");
    ModelSizes sizes = new ModelSizes(1, 1, 128, 96, 32, 1, 2, 48, 2048, 8);
    new RandomModel(sizes, demo, new SingleFiles(true)).write(files);
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
    Path whole = write("whole", 1 << 30).resolve("transformer");
    Path sharded = write("sharded", 1 << 16).resolve("transformer");
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

  /** What models.md of diffusers' class counts: 825 tensors with 1,418,996,800 elements. */
  @Test
  void namesAndShapesAreThoseOfThePublishedModel() {
    DemandedShapes demanded = new DemandedShapes();
    ModelSizes sizes = ModelSizes.WAN_1_3B;
    WanConfig config =
        new WanConfig(
            new io.zoetrope.nn.PatchSize(1, 2, 2),
            sizes.heads(),
            sizes.headDim(),
            16,
            16,
            sizes.textDim(),
            256,
            sizes.ffnDim(),
            sizes.layers(),
            true,
            1e-6f,
            OptionalInt.empty(),
            OptionalInt.empty(),
            1024,
            Optional.empty());
    try (Backend backend = new DryRunBackend()) {
      WanTransformer.load(config, Weights.of(demanded, backend), DType.F32);
    }
    assertEquals(825, demanded.shapes().size());
    assertEquals(
        1_418_996_800L,
        demanded.shapes().values().stream().mapToLong(shape -> shape.count()).sum());
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
