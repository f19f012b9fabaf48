package io.zoetrope.pipeline.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.Lora.Expert;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.convert.Conversion;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.random.TorchGenerator;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.NumberFormat;
import io.zoetrope.weights.SafetensorsWriter;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which transformer a LoRA changes, what is refused, and what jobs know of it. */
class LoraModelTest {
  private static final ModelSource ONE = ModelFolder.open(Fixtures.path("wan21-t2v-tiny"));
  private static final ModelSource TWO = ModelFolder.open(Fixtures.path("wan22-a14b-tiny"));
  private static final Backend CPU = BackendProvider.open("cpu", 1);

  @TempDir private Path folder;

  @AfterAll
  static void close() {
    CPU.close();
  }

  private static Path file(String name) {
    return Fixtures.path("lora/lora/" + name + ".safetensors");
  }

  /** A fixture under another name. */
  private Path named(String fixture, String name) throws IOException {
    Path copy = folder.resolve(name + ".safetensors");
    Files.createDirectories(copy.getParent());
    Files.copy(Fixtures.path(fixture + ".safetensors"), copy);
    return copy;
  }

  private static VideoPipeline open(ModelSource model, Lora... loras) {
    return VideoPipeline.open(
        LoraModel.of(model, List.of(loras)),
        CPU,
        new ModelPrecision(DType.F32, DType.F32),
        WeightRetention.RELEASE);
  }

  private static String refusal(ModelSource model, Lora... loras) {
    return assertThrows(
            ExpectedException.class,
            () -> {
              try (VideoPipeline pipeline = open(model, loras)) {
                pipeline.notes();
              }
            })
        .getMessage();
  }

  private static GenerationRequest tiny(VideoPipeline pipeline) {
    return pipeline.request("a prompt").with(new ClipSize(16, 16, 1)).with(Setting.STEPS, 2);
  }

  @Test
  void withoutFilesAModelIsItself() {
    assertSame(ONE, LoraModel.of(ONE, List.of()));
    assertEquals("", ONE.adaptation().identity());
  }

  // ---------------------------------------------------------------- what is refused

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "nomatch_peft_names | it is a LoRA of Flux or HunyuanVideo, and nothing of it fits",
        "nomatch_unet_prefix | it is a LoRA of Stable Diffusion, and nothing of it fits",
        "nomatch_wan_names | (WanPipeline): there is nothing for 'diffusion_model.double_blocks.0.img",
        "partial_peft | only 60 of its 80 tensors fit",
        "partial_wan | there is nothing for 'diffusion_model.blocks.4.self_attn.q.lora_down.weight' and 29",
        "i2v_lora_for_t2v_model | other tensors: it is for a model that attends to pictures; --lora-partial",
        "wrong_shape_in | change a weight of shape [64, 72], 'blocks.0.attn1.to_q.weight' has [64, 64]",
        "wrong_shape_out | change a weight of shape [56, 64], 'blocks.0.attn1.to_q.weight' has [64, 64]",
        "dora_f32 | it is a DoRA",
      })
  void whatDoesNotFitIsSaid(String name, String words) {
    String message = refusal(ONE, Lora.of(file(name)));
    assertTrue(message.startsWith(file(name) + ": ") && message.contains(words), message);
  }

  @Test
  void aLoraOfALargerModelIsNamed() {
    Path path = folder.resolve("large.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of(
            "blocks.0.self_attn.q.lora_A.weight", Tensor.zeros(DType.F32, 2, 5120),
            "blocks.0.self_attn.q.lora_B.weight", Tensor.zeros(DType.F32, 5120, 2)),
        Map.of());
    String message = refusal(ONE, Lora.of(path));
    assertTrue(message.contains("it is a LoRA of Wan, and nothing of it fits"), message);
    assertTrue(message.endsWith("has [64, 64]: it is for a model of another size"), message);
    assertTrue(LoraDescription.of(path).getFirst().contains("Wan of width 5120 (14B or A14B)"));
  }

  @Test
  void aPartIsAppliedWhereThatIsAllowed() {
    try (VideoPipeline pipeline = open(ONE, Lora.of(file("partial_wan")).partial())) {
      assertEquals(
          List.of(
              "LoRA partial_wan.safetensors: weight 1.0, rank 2, 90 of 120 tensors; left out:"
                  + " 'diffusion_model.blocks.4.self_attn.q.lora_down.weight' and 29 more"),
          pipeline.notes());
    }
    Lora foreign = Lora.of(file("nomatch_unet_prefix")).partial();
    assertTrue(refusal(ONE, foreign).contains("nothing of it fits"));
    assertThrows(PipelineException.class, () -> foreign.weighted(Double.NaN));
  }

  // ---------------------------------------------------------------- two transformers

  @Test
  void theNameSaysWhichTransformer() throws IOException {
    String high = "lora-a14b/lora/high_noise_f16";
    for (String name :
        List.of("a_high_noise", "Wan2.2-HighNoise-v1", "wan_HIGH_x", "HighNoise/lora")) {
      try (VideoPipeline pipeline = open(TWO, Lora.of(named(high, name)))) {
        assertTrue(pipeline.notes().getFirst().contains("weight 1.0, high noise, rank 2"), name);
      }
    }
    for (String name : List.of("style", "highlands", "high_noise_and_low_noise")) {
      String message = refusal(TWO, Lora.of(named(high, "plain/" + name)));
      assertTrue(message.contains("add @high or @low"), message);
    }
    Lora wrong = Lora.of(named(high, "b_high_noise")).on(Expert.LOW_NOISE);
    try (VideoPipeline pipeline = open(TWO, wrong)) {
      assertTrue(
          pipeline.job(tiny(pipeline)).warnings().getFirst().contains("says that it is for high"));
    }
    String message = refusal(ONE, Lora.of(file("peft_f32")).on(Expert.HIGH_NOISE));
    assertTrue(message.endsWith("has one transformer for all steps: leave @high out"), message);
  }

  @Test
  void aFileMayHaveModulesOfBoth() {
    Path path = folder.resolve("both.safetensors");
    SafetensorsWriter.write(
        path,
        Map.of(
            "transformer.blocks.0.attn1.to_q.lora_A.weight", Tensor.zeros(DType.F32, 1, 48),
            "transformer.blocks.0.attn1.to_q.lora_B.weight", Tensor.zeros(DType.F32, 48, 1),
            "transformer_2.blocks.0.attn1.to_k.lora_A.weight", Tensor.zeros(DType.F32, 3, 48),
            "transformer_2.blocks.0.attn1.to_k.lora_B.weight", Tensor.zeros(DType.F32, 48, 3)),
        Map.of());
    try (VideoPipeline pipeline = open(TWO, Lora.of(path))) {
      assertEquals(2, pipeline.notes().size());
      assertTrue(pipeline.notes().get(0).contains("high noise"));
      assertTrue(pipeline.notes().get(1).endsWith("low noise, ranks 1 to 3, 2 of 4 tensors"));
    }
  }

  // ---------------------------------------------------------------- what is changed

  /** Whatever weights are stored as, a LoRA adds to their numbers what it adds to these in F32. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gguf/files/wan_mixed.gguf",
        "gguf/files/wan_kquants.gguf",
        "fp8-scaled/files/scaled.safetensors",
        "single-file/t2v/transformer_f16.safetensors",
      })
  void quantizedWeightsAreChangedLikeTheirNumbers(String fixture) {
    Path file = Fixtures.path(fixture);
    Path decoded = folder.resolve("decoded.safetensors");
    try (Conversion conversion =
        Conversion.of(file, decoded, Optional.of(NumberFormat.F32), Optional.empty())) {
      conversion.run(Conversion.Progress.NONE);
    }
    ModelSource base = ModelFolder.open(Fixtures.path("gguf/base"));
    ModelSource quantized = ModelParts.of(Role.TRANSFORMER, file).openIn(base);
    ModelSource exact = ModelParts.of(Role.TRANSFORMER, decoded).openIn(base);
    List<Lora> loras = List.of(Lora.of(styleFor(exact)).weighted(0.7));
    int changed = 0;
    try (WeightSource before = exact.weights("transformer");
        WeightSource wanted = LoraModel.of(exact, loras).weights("transformer");
        WeightSource got = LoraModel.of(quantized, loras).weights("transformer")) {
      assertEquals(wanted.names().size(), got.names().size());
      for (String name : wanted.names()) {
        Shape shape = wanted.tensor(name).shape();
        assertArrayEquals(
            wanted.tensor(name).in(DType.F32).toFloats(),
            got.tensor(name, shape).in(DType.F32).toFloats(),
            name);
        changed += before.tensor(name).hasSameElements(wanted.tensor(name)) ? 0 : 1;
      }
    }
    assertEquals(4, changed);
  }

  /** Pairs for two matrices, and differences of a table and of a kernel of five dimensions. */
  private Path styleFor(ModelSource model) {
    TorchGenerator random = TorchGenerator.manualSeed(12);
    Map<String, Tensor> tensors = new HashMap<>();
    try (WeightSource weights = model.weights("transformer")) {
      for (String module : List.of("blocks.0.attn1.to_q", "blocks.0.ffn.net.2")) {
        Shape shape = weights.tensor(module + ".weight").shape();
        tensors.put(module + ".lora_A.weight", random.randn(3, shape.size(1)));
        tensors.put(module + ".lora_B.weight", random.randn(shape.size(0), 3));
      }
      Shape table = weights.tensor("blocks.0.scale_shift_table").shape();
      tensors.put("blocks.0.diff_m", random.randn(table.sizes()));
      Shape kernel = weights.tensor("patch_embedding.weight").shape();
      tensors.put("patch_embedding.diff", random.randn(kernel.sizes()));
    }
    Path file = folder.resolve("style.safetensors");
    SafetensorsWriter.write(file, tensors, Map.of());
    return file;
  }

  // ---------------------------------------------------------------- few steps

  @ParameterizedTest
  @CsvSource({
    "wan2.1_t2v_14b_lora_rank64_lightx2v_4step, 4 steps, LightX2V",
    "Wan21_T2V_14B_lightx2v_cfg_step_distill_lora_rank32, 4 steps, LightX2V",
    "Wan2.2-Lightning_I2V-A14B-8steps-lora_HIGH_fp16, 8 steps, LightX2V",
    "Wan21_CausVid_14B_T2V_lora_rank32_v2, 8 steps, CausVid",
    "Wan21_AccVid_T2V_14B_lora_rank32_fp16, 10 steps, AccVideo",
    "Wan2.1_T2V_14B_FusionX_LoRA, 10 steps, FusionX",
    "Wan2_2_5B_FastWanFullAttn_lora_rank_128_bf16, 3 steps, FastWan",
    "wan-lcm-lora, 4 steps, LCM",
    "Wan2.2_I2V_A14B_LOW_4steps_lora_rank64_Seko_V1_forKJ, 4 steps, LightX2V",
    "something_6-steps, 6 steps, few steps",
    "style_2000steps, , ",
    "calm_style_20steps_of_training, , ",
    "film_rank64, , ",
  })
  void filesForFewStepsAreRecognised(String name, String steps, String method) {
    String found = FewSteps.of(name).map(FewSteps::description).orElse("");
    assertEquals(method != null, !found.isEmpty(), found);
    if (method != null) {
      assertTrue(found.startsWith(method + ": " + steps + ", guidance 1, flow shift "), found);
    }
  }

  @Test
  void whatAFileWasMadeForIsTheDefault() throws IOException {
    Path few = named("lora/lora/peft_f32", "a_lightx2v_4step");
    try (VideoPipeline pipeline = open(ONE, Lora.of(few))) {
      GenerationRequest request = pipeline.request("a prompt").with(new ClipSize(16, 16, 1));
      assertEquals(4, request.get(Setting.STEPS));
      assertEquals(1, request.get(Setting.GUIDANCE_SCALE));
      assertTrue(pipeline.notes().getLast().contains("flow shift 5, euler"));
      assertEquals(List.of(), pipeline.job(request).warnings());
      var result = pipeline.generate(request, Progress.NONE);
      assertEquals(List.of(1.0, 0.75, 0.5, 0.25), result.settings().get("sigmas"));
      assertEquals(5.0, result.settings().get("flow_shift"));
      assertEquals("FlowMatchEulerDiscreteScheduler", result.settings().get("scheduler"));
      Map<?, ?> lora = (Map<?, ?>) ((List<?>) result.settings().get("loras")).getFirst();
      assertEquals("a_lightx2v_4step.safetensors", lora.get("file"));
      assertEquals(72, lora.get("tensors_used"));
      assertEquals(64, lora.get("sha256").toString().length());
      GenerationRequest other = request.with(Setting.STEPS, 20).with(Setting.GUIDANCE_SCALE, 5.0);
      assertEquals(
          List.of(
              "a_lightx2v_4step.safetensors was made for few steps, as LightX2V: 4 steps, guidance"
                  + " 1, flow shift 5, euler; this job has 20 steps, guidance 5"),
          pipeline.job(other).warnings());
    }
    try (VideoPipeline pipeline = open(ONE, Lora.of(few).weighted(-1))) {
      assertEquals(50, pipeline.request("").get(Setting.STEPS));
    }
  }

  @Test
  void bothTransformersNeedAFileForFewSteps() throws IOException {
    Lora high = Lora.of(named("lora-a14b/lora/high_noise_f16", "high_noise_lightx2v_4steps"));
    Lora low = Lora.of(named("lora-a14b/lora/low_noise_bf16", "low_noise_lightx2v_4steps"));
    try (VideoPipeline pipeline = open(TWO, high)) {
      assertEquals(40, pipeline.request("").get(Setting.STEPS));
      assertTrue(
          pipeline
              .job(tiny(pipeline))
              .warnings()
              .getFirst()
              .endsWith("since the other transformer has no such LoRA"));
    }
    try (VideoPipeline pipeline = open(TWO, high, low)) {
      assertEquals(4, pipeline.request("").get(Setting.STEPS));
      assertEquals(1, pipeline.request("").get(Setting.GUIDANCE_SCALE_2));
    }
  }

  // ---------------------------------------------------------------- what jobs know

  @Test
  void jobsKnowTheirFiles() throws IOException {
    Path checkpoint = folder.resolve("state.safetensors");
    Path first = named("lora/lora/peft_f32", "first");
    String hash;
    try (VideoPipeline pipeline = open(ONE, Lora.of(first).weighted(0.5))) {
      GenerationRequest request = tiny(pipeline);
      hash = pipeline.job(request).hash();
      List<StageNeeds> reports = new ArrayList<>();
      Progress heard =
          new Progress() {
            @Override
            public void end(Stage stage, Report report) {
              reports.add(
                  new StageNeeds(
                      stage, report.weightBytes(), report.scratchBytes(), report.flops()));
            }
          };
      pipeline.generate(request.with(Setting.CHECKPOINT, checkpoint), heard);
      assertEquals(reports, pipeline.needs(request.with(Setting.CHECKPOINT, checkpoint)).stages());
    }
    // The same file under another name is the same.
    try (VideoPipeline pipeline =
        open(ONE, Lora.of(named("lora/lora/peft_f32", "second")).weighted(0.5))) {
      assertEquals(hash, pipeline.job(tiny(pipeline)).hash());
      pipeline.job(tiny(pipeline).with(Setting.RESUME, checkpoint));
    }
    for (Lora other : List.of(Lora.of(first), Lora.of(file("kohya_alpha_bf16")).weighted(0.5))) {
      try (VideoPipeline pipeline = open(ONE, other)) {
        assertNotEquals(hash, pipeline.job(tiny(pipeline)).hash());
        String message =
            assertThrows(
                    PipelineException.class,
                    () -> pipeline.job(tiny(pipeline).with(Setting.RESUME, checkpoint)))
                .getMessage();
        assertTrue(
            message.contains("its model is changed by LoRA first.safetensors: weight 0.5"),
            message);
      }
    }
    try (VideoPipeline pipeline = open(ONE)) {
      String message =
          assertThrows(
                  PipelineException.class,
                  () -> pipeline.job(tiny(pipeline).with(Setting.RESUME, checkpoint)))
              .getMessage();
      assertTrue(message.contains("72 of 72 tensors, here it is by nothing"), message);
    }
  }
}
