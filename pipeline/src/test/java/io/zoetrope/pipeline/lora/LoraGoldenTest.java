package io.zoetrope.pipeline.lora;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.dit.Conditions;
import io.zoetrope.dit.Predictor;
import io.zoetrope.dit.TextEmbedding;
import io.zoetrope.dit.scheduler.config.SchedulerConfig;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Input;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.family.Opened;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs with one, two or three LoRA files are those of diffusers, or of the formula. */
class LoraGoldenTest {
  private static final ModelPrecision F32 = new ModelPrecision(DType.F32, DType.F32);

  /** Of these diffusers drops a part; what the whole file does is another case. */
  private static final Set<String> IN_PART = Set.of("lightx2v_f32@1", "modulation_diff_f32@1");

  /** Of this diffusers rounds alpha / rank times a factor to bfloat16. */
  private static final String ROUNDED = "wan_alpha_3_bf16@1";

  private static final double ROUNDING = 1e-3;

  private static final Backend CPU = BackendProvider.open("cpu", 1);

  @AfterAll
  static void close() {
    CPU.close();
  }

  private static ModelSource model(String fixture, JsonNode settings, JsonNode run) {
    List<Lora> loras = new ArrayList<>();
    for (JsonNode entry : run.path("loras")) {
      String file = "%s/lora/%s.safetensors".formatted(fixture, entry.get(0).asText());
      double scale = run.path("lora_scale").asDouble(1);
      Lora lora = Lora.of(Fixtures.path(file)).weighted(entry.get(1).asDouble() * scale);
      if (entry.size() > 2) {
        lora = lora.on(entry.get(2).asBoolean() ? Lora.Expert.LOW_NOISE : Lora.Expert.HIGH_NOISE);
      }
      loras.add(entry.get(0).asText().startsWith("partial") ? lora.partial() : lora);
    }
    return LoraModel.of(ModelFolder.open(Fixtures.path(settings.required("base").asText())), loras);
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "lora-a14b"})
  void predictionsAreTheReferences(String fixture) {
    try (Golden golden = Golden.open(Fixtures.path(fixture))) {
      int compared = 0;
      for (JsonNode run : golden.json().required("cases")) {
        String name = run.required("name").asText();
        if (IN_PART.contains(name)) {
          continue;
        }
        FamilyModel model = Family.open(model(fixture, golden.json(), run), F32);
        compare(golden, name, 0, model.predictor());
        model.secondPredictor().ifPresent(second -> compare(golden, name, 3, second));
        compared++;
      }
      assertEquals(golden.json().required("cases").size() - (compared > 30 ? 2 : 0), compared);
    }
  }

  /** What one transformer makes, of the latents that the reference gave it in a step. */
  private static void compare(Golden golden, String name, int step, Component<Predictor> part) {
    try (Opened<Predictor> opened = part.open(CPU);
        Ops ops = new Ops(CPU)) {
      Tensor latents =
          step == 0
              ? golden.get("shared/initial_latents")
              : golden.get("%s/step%d/latents_after".formatted(name, step - 1));
      List<TextEmbedding> prompts = new ArrayList<>();
      for (String prompt : List.of("prompt", "negative_prompt")) {
        Tensor embeds = golden.get("shared/text/" + prompt + "_embeds");
        prompts.add(new TextEmbedding(embeds, embeds.intSize(0)));
      }
      String path = "%s/step%d/".formatted(name, step);
      float timestep = golden.stored(path + "timestep").toFloats()[0];
      try (var _ = ops.scope("test")) {
        List<Predictor.Branch> branches =
            opened.model().prepare(ops, Conditions.of(prompts), latents.shape());
        for (int i = 0; i < branches.size(); i++) {
          Tensor predicted = branches.get(i).predict(ops, latents, timestep);
          check(golden, path + (i == 0 ? "cond" : "uncond") + "/noise_pred", predicted);
        }
      }
    }
  }

  private static void check(Golden golden, String tensor, Tensor actual) {
    if (tensor.startsWith(ROUNDED)) {
      Difference difference =
          Difference.of(tensor, golden.get(tensor).toFloats(), actual.toFloats());
      Golden.assertWithin(tensor, difference.relativeRms(), ROUNDING);
    } else {
      golden.check(tensor, actual, DType.F32);
    }
  }

  @Test
  void clipsAreThoseOfDiffusers() {
    clip("lora", "two");
    clip("lora", "lightx2v_f32@1+all");
    clip("lora-a14b", "both");
  }

  private static void clip(String fixture, String name) {
    try (Golden golden = Golden.open(Fixtures.path(fixture))) {
      JsonNode json = golden.json();
      JsonNode run =
          json.required("cases")
              .valueStream()
              .filter(known -> known.required("name").asText().equals(name))
              .findFirst()
              .orElseThrow();
      ModelSource source = model(fixture, json, run);
      JsonConfig scheduler = source.config("scheduler");
      SchedulerConfig own =
          SchedulerConfig.parse(
              Schedulers.ofClassName(scheduler.text("_class_name")), scheduler.json());
      try (VideoPipeline pipeline = VideoPipeline.open(source, CPU, F32, WeightRetention.RELEASE)) {
        GenerationRequest request =
            request(pipeline, json.required("run"))
                // One of the files has the name of one that asks for another schedule.
                .with(Setting.SCHEDULER_CONFIG, own)
                .with(Setting.SCHEDULER, own.kind())
                .with(Setting.FLOW_SHIFT, own.flowShift().getAsDouble())
                .with(new Input.Noise(golden.get("shared/initial_latents")));
        List<String> seen = new ArrayList<>();
        Tracer tracer =
            new Tracer() {
              @Override
              public boolean wants(String path) {
                return path.endsWith("/latents_after");
              }

              @Override
              public void tensor(String path, Tensor tensor) {
                String step = path.replace("denoise/", name + "/");
                golden.check(step, tensor, DType.F32);
                seen.add(step);
              }
            };
        VideoFrames frames = pipeline.generate(request, Progress.NONE, tracer).frames();
        assertEquals(request.get(Setting.STEPS), seen.size());
        compareFrames(golden.get(name + "/frames_uint8"), frames);
      }
    }
  }

  private static GenerationRequest request(VideoPipeline pipeline, JsonNode run) {
    GenerationRequest request =
        pipeline
            .request(run.required("prompt").asText())
            .with(Setting.NEGATIVE_PROMPT, run.required("negative_prompt").asText())
            .with(
                new ClipSize(
                    run.required("width").intValue(),
                    run.required("height").intValue(),
                    run.required("frames").intValue()))
            .with(Setting.STEPS, run.required("steps").intValue())
            .with(Setting.GUIDANCE_SCALE, run.required("guidance_scale").doubleValue())
            .with(Setting.MAX_SEQUENCE_LENGTH, run.required("max_sequence_length").intValue());
    return run.has("guidance_scale_2")
        ? request.with(Setting.GUIDANCE_SCALE_2, run.get("guidance_scale_2").doubleValue())
        : request;
  }

  private static void compareFrames(Tensor expected, VideoFrames actual) {
    int largest = 0;
    int bytes = (int) (expected.count() / actual.frames());
    for (int frame = 0; frame < actual.frames(); frame++) {
      byte[] made = actual.frame(frame);
      assertEquals(bytes, made.length);
      for (int i = 0; i < bytes; i++) {
        int level = expected.segment().get(ValueLayout.JAVA_BYTE, frame * bytes + i);
        largest = Math.max(largest, Math.abs((level & 0xff) - (made[i] & 0xff)));
      }
    }
    Golden.assertWithin("frames", largest, 1);
  }
}
