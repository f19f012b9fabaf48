package io.zoetrope.pipeline.parts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.names.ClipNames;
import io.zoetrope.pipeline.names.WanNames;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelPartsTest {
  private static final Path FILES = Fixtures.path("single-file");
  private static final Path T2V = FILES.resolve("t2v/transformer_f16.safetensors");
  private static final Path UMT5 = FILES.resolve("t2v/umt5_f16.safetensors");
  private static final Path VAE = FILES.resolve("t2v/vae_f16.safetensors");
  private static final Path I2V = FILES.resolve("i2v/transformer_f16.safetensors");
  private static final Path CLIP = FILES.resolve("i2v/clip_vision_f16.safetensors");
  private static final Path TI2V = FILES.resolve("ti2v/transformer_prefixed_bf16.safetensors");
  private static final Path VAE22 = FILES.resolve("ti2v/vae_f16.safetensors");
  private static final Path ALL = FILES.resolve("aio/all_in_one.safetensors");
  private static final Path UMT5_WAN = FILES.resolve("aio/umt5_wan_names_bf16.safetensors");

  @TempDir Path folder;

  private static ModelParts t2v() {
    return ModelParts.of(Role.TRANSFORMER, T2V).with(Role.TEXT_ENCODER, UMT5).with(Role.VAE, VAE);
  }

  /** Every tensor of every component is there, of the right shape, and none is left over. */
  private static FamilyModel loaded(ModelSource source) {
    FamilyModel model = Family.open(source, new ModelPrecision(DType.F32, DType.F32));
    try (DryRunBackend dry = new DryRunBackend()) {
      model.predictor().open(dry).close();
      model.secondPredictor().ifPresent(second -> second.open(dry).close());
      model.textEncoder().open(dry).close();
      model.codec().open(dry).close();
      model.imageEncoder().ifPresent(encoder -> encoder.open(dry).close());
    }
    return model;
  }

  private static String refusal(ModelParts parts) {
    String message = assertThrows(ExpectedException.class, parts::open).getMessage();
    assertEquals(1, message.lines().count(), message);
    return message;
  }

  @Test
  void configurationsAreThoseOfTheModels() throws IOException {
    JsonConfig golden = JsonConfig.read(FILES.resolve("golden.json"));
    assertSame(golden, "t2v", "transformer_config", T2V, Role.TRANSFORMER);
    assertSame(golden, "t2v", "vae_config", VAE, Role.VAE);
    assertSame(golden, "t2v", "text_encoder_config", UMT5, Role.TEXT_ENCODER);
    assertSame(golden, "aio", "transformer_config", ALL, Role.TRANSFORMER);
    assertSame(golden, "aio", "vae_config", ALL, Role.VAE);
    assertSame(golden, "aio", "text_encoder_config", UMT5_WAN, Role.TEXT_ENCODER);
    assertSame(golden, "i2v", "transformer_config", I2V, Role.TRANSFORMER);
    assertSame(golden, "ti2v", "transformer_config", TI2V, Role.TRANSFORMER);
    assertSame(golden, "ti2v", "vae_config", VAE22, Role.VAE);
  }

  /** What a file tells; its latents' mean and standard deviation it does not. */
  private static void assertSame(
      JsonConfig golden, String part, String field, Path file, Role role) {
    JsonConfig found = PartFile.read(file).find(role).orElseThrow().config();
    golden
        .json()
        .at("/parts/%s/%s".formatted(part, field))
        .properties()
        .forEach(entry -> {
          boolean tells = found.has(entry.getKey()) && !entry.getKey().startsWith("latents_");
          if (tells && !entry.getValue().isNull()) {
            assertEquals(
                entry.getValue().asText() + entry.getValue().size(),
                found.json().get(entry.getKey()).asText() + found.json().get(entry.getKey()).size(),
                part + " " + entry.getKey());
          }
        });
  }

  @Test
  void filesMakeModels() {
    FamilyModel model = loaded(t2v().open());
    assertEquals("transformer_f16", model.name());
    assertEquals("WanPipeline", model.pipelineClass());
    FamilyModel all = loaded(ModelParts.of(Role.TRANSFORMER, ALL).open());
    assertEquals(16, all.geometry().channels());
    FamilyModel i2v = loaded(t2v().with(Role.TRANSFORMER, I2V).with(Role.CLIP_VISION, CLIP).open());
    assertEquals("WanImageToVideoPipeline", i2v.pipelineClass());
    FamilyModel ti2v = loaded(t2v().with(Role.TRANSFORMER, TI2V).with(Role.VAE, VAE22).open());
    assertEquals(24, ti2v.defaults().get(Setting.FRAMES_PER_SECOND));
  }

  @Test
  void twoTransformersMakeAModelOfTwo() {
    Path second = copy("low_noise.safetensors", T2V, name -> name);
    FamilyModel model = loaded(t2v().with(Role.SECOND_TRANSFORMER, second).open());
    assertEquals(0.875, model.defaults().get(Setting.BOUNDARY_RATIO));
  }

  @Test
  void filesReplacePartsOfAFolder() {
    ModelFolder other = ModelFolder.open(Fixtures.path("wan21-t2v-tiny"));
    ModelSource source = ModelParts.of(Role.VAE, VAE).openIn(other);
    FamilyModel model = loaded(source);
    assertTrue(model.name().endsWith("wan21-t2v-tiny with vae_f16.safetensors"), model.name());
    ModelParts otherPipeline = ModelParts.of(Role.TRANSFORMER, I2V);
    String message =
        assertThrows(ExpectedException.class, () -> otherPipeline.openIn(other)).getMessage();
    assertTrue(message.contains("is a WanPipeline"), message);
  }

  /** Other names and prefixes give the same model. */
  @Test
  void namesOfDiffusersAndPrefixesAreRead() {
    Path diffusers =
        copy("d.safetensors", T2V, name -> WanNames.transformer().toRight(name).orElseThrow());
    loaded(t2v().with(Role.TRANSFORMER, diffusers).open());
    Path prefixed = copy("net.safetensors", T2V, name -> "net." + name);
    loaded(t2v().with(Role.TRANSFORMER, prefixed).open());
    Path wan = FILES.resolve("aio/umt5_wan_names_bf16.safetensors");
    ModelParts noTokenizer = t2v().with(Role.TEXT_ENCODER, wan);
    assertTrue(refusal(noTokenizer).contains("--tokenizer"), refusal(noTokenizer));
    Path folder = Fixtures.path("wan21-t2v-tiny/tokenizer");
    loaded(noTokenizer.withTokenizer(folder.resolve("spiece.model")).open());
    loaded(noTokenizer.withTokenizer(folder.resolve("tokenizer.json")).open());
    loaded(noTokenizer.withTokenizer(folder).open());
  }

  /** Queries, keys and values of the original release lie in one tensor. */
  @Test
  void theOriginalClipIsReadAsThatOfTransformers() {
    try (WeightSource stored = WeightSource.open(CLIP)) {
      Map<String, Tensor> original = new LinkedHashMap<>();
      for (String name : stored.names()) {
        if (!name.contains("_proj.") || name.contains("out_proj")) {
          ClipNames.wan()
              .toLeft(name)
              .ifPresent(left -> original.put(left, stored.tensor(name).load()));
        } else if (name.contains("q_proj")) {
          float[] joined = new float[0];
          for (String part : new String[] {"q_proj", "k_proj", "v_proj"}) {
            joined = join(joined, stored.tensor(name.replace("q_proj", part)).load().toFloats());
          }
          String layer = name.replaceAll("\\D*(\\d+).*", "$1");
          String leaf = name.substring(name.lastIndexOf('.') + 1);
          long[] sizes = stored.tensor(name).shape().sizes();
          sizes[0] *= 3;
          original.put(
              "visual.transformer.%s.attn.to_qkv.%s".formatted(layer, leaf),
              Tensor.of(joined, sizes));
        }
      }
      Tensor positions = original.get("visual.pos_embedding");
      original.put("visual.pos_embedding", positions.reshape(1, positions.size(0), -1));
      original.put("log_scale", Tensor.of(new float[] {4.6f}, 1));
      Path file = folder.resolve("open-clip.safetensors");
      SafetensorsWriter.write(file, original, Map.of());
      FoundPart part = PartFile.read(file).find(Role.CLIP_VISION).orElseThrow();
      try (WeightSource read = part.open()) {
        assertEquals(stored.names().size() - 1, read.names().size());
        for (String name : read.names()) {
          assertEquals(stored.tensor(name).shape(), read.tensor(name).shape(), name);
          assertArrayEquals(
              stored.tensor(name).load().toFloats(), read.tensor(name).load().toFloats(), name);
        }
      }
    }
  }

  private static float[] join(float[] a, float[] b) {
    float[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  /** A file with other names; null leaves a tensor out. */
  private Path copy(String name, Path from, UnaryOperator<String> newName) {
    return write(name, from, newName, Map.of());
  }

  private Path write(
      String file, Path from, UnaryOperator<String> newName, Map<String, Tensor> more) {
    try (WeightSource source = WeightSource.open(from)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>(more);
      for (String name : source.names()) {
        if (newName.apply(name) != null) {
          tensors.put(newName.apply(name), source.tensor(name).load());
        }
      }
      Path path = folder.resolve(file);
      SafetensorsWriter.write(path, tensors, Map.of());
      return path;
    }
  }

  @Test
  void filesOfOtherRolesAreRefused() {
    assertTrue(
        refusal(t2v().with(Role.TRANSFORMER, VAE))
            .contains(
                "--transformer needs a transformer, and this is a video autoencoder of Wan 2.1"));
    assertTrue(refusal(t2v().with(Role.VAE, UMT5)).contains("this is a text encoder UMT5"));
    assertTrue(refusal(t2v().with(Role.CLIP_VISION, CLIP)).contains("leave out --clip-vision"));
  }

  @Test
  void missingPartsAreNamed() {
    ModelParts alone = ModelParts.of(Role.TRANSFORMER, T2V);
    assertTrue(refusal(alone).startsWith("a text encoder (UMT5) is missing"), refusal(alone));
    ModelParts noVae = alone.with(Role.TEXT_ENCODER, UMT5);
    assertTrue(refusal(noVae).startsWith("a video autoencoder is missing"), refusal(noVae));
    ModelParts noClip = t2v().with(Role.TRANSFORMER, I2V);
    assertTrue(refusal(noClip).startsWith("CLIP's vision tower is missing"), refusal(noClip));
    ModelParts noTransformer = ModelParts.of(Role.VAE, VAE);
    assertTrue(refusal(noTransformer).startsWith("a transformer is missing"));
  }

  @Test
  void partsOfDifferentModelsAreRefused() {
    assertTrue(
        refusal(t2v().with(Role.VAE, VAE22))
            .contains("makes latents of 16 channels, the video autoencoder of Wan 2.2 TI2V"));
    assertTrue(refusal(t2v().with(Role.SECOND_TRANSFORMER, I2V)).contains("different models"));
    assertTrue(
        refusal(t2v().with(Role.SECOND_TRANSFORMER, T2V)).contains("named as both transformers"));
    ModelParts both =
        t2v()
            .with(Role.TRANSFORMER, TI2V)
            .with(Role.VAE, VAE22)
            .with(Role.SECOND_TRANSFORMER, TI2V);
    assertTrue(refusal(both).contains("works alone: leave out --transformer-2"), refusal(both));
  }

  @Test
  void oneOfTwoTransformersAloneIsRefused() {
    Path high = copy("wan2.2_t2v_high_noise.safetensors", T2V, name -> name);
    Path low = copy("Wan2.2-T2V-LowNoise.safetensors", T2V, name -> name);
    assertTrue(refusal(t2v().with(Role.TRANSFORMER, low)).contains("--transformer-2"));
    ModelParts swapped = t2v().with(Role.TRANSFORMER, low).with(Role.SECOND_TRANSFORMER, high);
    assertTrue(refusal(swapped).contains("change their places"), refusal(swapped));
    Path noPictures =
        copy(
            "a.safetensors",
            I2V,
            name -> name.contains("_img") || name.startsWith("img_emb") ? null : name);
    assertTrue(refusal(t2v().with(Role.TRANSFORMER, noPictures)).contains("2.2 I2V A14B"));
  }

  /** A tensor that only a variant has, in a file that is otherwise a transformer of Wan. */
  @ParameterizedTest
  @CsvSource({
    "control_adapter.conv.weight, Wan Fun-Camera",
    "casual_audio_encoder.encoder.final_linear.weight, Wan 2.2 S2V",
    "face_adapter.fuser_blocks.0.k_norm.weight, Wan 2.2 Animate",
    "blocks.0.unknown.weight, among them 'blocks.0.unknown.weight'",
    "blocks.0.norm2.weight, among them 'blocks.0.norm2.weight'",
  })
  void variantsAreRefusedByName(String tensor, String expected) {
    Path file =
        write(
            "variant.safetensors",
            T2V,
            name -> name,
            Map.of(tensor, Tensor.of(new float[] {1}, 1)));
    assertTrue(refusal(t2v().with(Role.TRANSFORMER, file)).contains(expected));
  }

  @ParameterizedTest
  @CsvSource({
    "txt_in.individual_token_refiner.blocks.0.norm1.weight, a transformer of HunyuanVideo",
    "model.diffusion_model.adaln_single.emb.timestep_embedder.linear_1.bias, LTX-Video; whose",
    "vae.decoder.up_blocks.0.res_blocks.0.conv1.conv.weight, an autoencoder of LTX-Video; whose",
    "decoder.mid_block.resnets.0.conv1.conv.weight, an autoencoder of LTX-Video",
    "post_upsample_res_blocks.0.conv1.weight, a latent upsampler of LTX-Video",
    "temporal_transformer_blocks.0.attn1.to_q.weight, Latte; whose models are read from folders",
    "patch_embed.text_proj.weight, CogVideoX; whose models are read from folders",
    "time_embed.emb.timestep_embedder.linear_1.bias, LTX-Video; whose models are read from folders",
    "decoder.mid_block.attentions.0.to_q.weight, an autoencoder of pictures",
    "decoder.mid_block.resnets.0.conv1.conv.weight, an autoencoder of LTX-Video",
    "diffusion_model.blocks.0.self_attn.q.lora_A.weight, a LoRA",
    "decoder.22.bias, a tiny autoencoder",
    "text_model.embeddings.token_embedding.weight, a text encoder of CLIP",
    "something.else, among them 'something.else'",
  })
  void filesOfOtherModelsAreNamed(String tensor, String expected) {
    Path file = folder.resolve("other.safetensors");
    SafetensorsWriter.write(file, Map.of(tensor, Tensor.of(new float[] {1}, 1)), Map.of());
    String message = refusal(t2v().with(Role.TRANSFORMER, file));
    assertTrue(message.contains(expected.replace(';', ',')), message);
    boolean isRun = message.contains("--model");
    assertEquals(
        message.contains("a transformer of") && !isRun,
        PartFile.otherTransformer(Set.of(tensor)).isPresent());
  }

  @Test
  void missingTensorsAndOtherFilesAreRefused() throws IOException {
    Path file = copy("cut.safetensors", T2V, name -> name.equals("head.head.weight") ? null : name);
    assertTrue(refusal(t2v().with(Role.TRANSFORMER, file)).contains("proj_out.weight"));
    Path picture =
        Files.write(folder.resolve("a.png"), "\u0089PNG\r\n\u001a\n".getBytes(ISO_8859_1));
    assertTrue(
        refusal(t2v().with(Role.VAE, picture))
            .endsWith("it is a PNG picture, where weights are expected, in safetensors or GGUF"));
    Path light = Files.write(folder.resolve("model.pth"), "PK\3\4".getBytes());
    assertTrue(refusal(t2v().with(Role.VAE, light)).contains("model.pth: it is a"));
    Path none = folder.resolve("none.safetensors");
    assertTrue(refusal(t2v().with(Role.VAE, none)).contains("none.safetensors: cannot be read"));
  }

  /** LightVAE has the latents of Wan 2.1 and a quarter of the channels. */
  @Test
  void aPrunedAutoencoderIsRefusedByName() {
    Path file =
        write(
            "lightvae.safetensors",
            VAE,
            name -> name.equals("decoder.conv1.weight") ? null : name,
            Map.of("decoder.conv1.weight", Tensor.zeros(DType.F32, 96, 16, 3, 3, 3)));
    assertTrue(refusal(t2v().with(Role.VAE, file)).contains("LightVAE"));
  }
}
