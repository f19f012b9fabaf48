package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Adaptation;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.lora.LoraModel;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Fixtures of files that models are put together from: single files, each part with cases of its
 * own, quantized files, GGUF among them, that stand for a part of a model folder, and LoRA files
 * that change one.
 */
record FilesParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {
  private static final String PARTS = "parts";
  private static final String BASE = "base";

  /** How far the reference is from what a LoRA file means, by the case. */
  private static final String FORMULA = "diffusers_against_formula";

  /** Relative errors of float32 are below it. */
  private static final double ROUNDING = 1e-5;

  /** What a fixture of GGUF files has: the hash of each tensor's numbers. */
  private static final String DECODED = "dequantised";

  /** Whether a fixture is one of files. */
  static boolean isFor(Fixture fixture) {
    return fixture.json().has(PARTS) || fixture.json().has(BASE) || fixture.json().has(DECODED);
  }

  /** The stage of each tensor: names of single files begin with that of their part. */
  static Function<String, ParityStage> stages(Fixture fixture) {
    return fixture.json().has(PARTS)
        ? name -> ParityStage.ofModel(name.substring(name.indexOf('/') + 1))
        : ParityStage::ofModel;
  }

  void run() {
    fixture
        .json()
        .path(PARTS)
        .properties()
        .forEach(part -> {
          String name = part.getKey();
          for (JsonNode settings : part.getValue().path("cases")) {
            run(
                name + "/" + settings.path("name").asText(),
                settings,
                () -> singleFiles(name, part.getValue()));
          }
          String vae = name + "/vae";
          if (fixture.selects(vae)) {
            attempt(
                vae,
                () ->
                    new VaeParity(
                            backend,
                            fixture,
                            singleFiles(name, part.getValue()),
                            tolerances,
                            report)
                        .run(vae, part.getValue()));
          }
        });
    if (fixture.json().has(BASE)) {
      JsonNode settings = fixture.json().path("run");
      fixture.cases().forEach((name, files) -> run(name, settings, () -> changed(name, files)));
    } else if (fixture.json().has(DECODED)) {
      JsonNode settings = fixture.json().path("run");
      fixture
          .json()
          .path("files")
          .properties()
          .forEach(
              file -> run(file.getKey(), settings, () -> gguf(file.getKey(), file.getValue())));
    }
  }

  /** Makes the model of a case. */
  private interface Opening {
    ModelSource open();
  }

  private void run(String name, JsonNode settings, Opening model) {
    if (fixture.selects(name)) {
      ObjectNode complete = settings.deepCopy();
      complete.put("kind", settings.path("image").booleanValue() ? "i2v" : "t2v");
      attempt(
          name,
          () ->
              new PipelineParity(backend, dtype, fixture, model.open(), tolerances, report)
                  .run(name, complete));
    }
  }

  private void attempt(String name, Runnable comparison) {
    try {
      comparison.run();
    } catch (RuntimeException e) {
      report.ended(name, e);
    }
  }

  // ---------------------------------------------------------------- models

  /** The files of a part, with what no file tells and the fixture made up. */
  private ModelSource singleFiles(String name, JsonNode part) {
    Map<Role, Path> files = new EnumMap<>(Role.class);
    part.path("files")
        .properties()
        .forEach(file ->
            put(files, file.getValue().path("component").asText(), name + "/" + file.getKey()));
    part.path("other_files")
        .properties()
        .forEach(file -> put(files, file.getKey(), file.getValue().asText()));
    return new ChangedModel(ModelParts.of(files, Optional.empty()).open()) {
      @Override
      public JsonConfig config(String component, String... classes) {
        JsonConfig config = super.config(component, classes);
        ObjectNode json = config.json().deepCopy();
        String made = component + "_config";
        switch (component) {
          case "scheduler" -> json.setAll((ObjectNode) part.path(made));
          case "image_encoder" ->
              json.set("num_attention_heads", part.path(made).path("num_attention_heads"));
          case "vae" -> {
            json.set("latents_mean", part.path(made).path("latents_mean"));
            json.set("latents_std", part.path(made).path("latents_std"));
          }
          default -> {
            // All of it is found from the file.
          }
        }
        return JsonConfig.of(config.place(), json);
      }
    };
  }

  /** A text encoder without a tokenizer beside another one is there to be compared, not to run. */
  private void put(Map<Role, Path> files, String components, String file) {
    for (Role role : Role.values()) {
      for (String component : components.split("\\+")) {
        if (component.equals(role.component()) && !components.equals("text_encoder")) {
          files.put(role, fixture.folder().resolve(file));
        }
      }
    }
  }

  /** A model with other files in place of its parts, and with LoRA files. */
  private ModelSource changed(String name, JsonNode files) {
    double apart =
        fixture.json().path(FORMULA).path(name).path("noise_pred").path("rel_rms").asDouble();
    if (apart > ROUNDING) {
      throw new PipelineException(
          "the reference is %.0e off the formula here, since it leaves out tensors or rounds alpha"
              .formatted(apart));
    }
    ModelSource model = quantized(files);
    List<Lora> loras = new ArrayList<>();
    for (JsonNode lora : files.path("loras")) {
      loras.add(lora(lora, files.path("lora_scale").asDouble(1)));
    }
    if (loras.isEmpty()) {
      return model;
    }
    return new ChangedModel(LoraModel.of(model, loras)) {
      // Some files have names of those that ask for another schedule, which the reference ignores.
      @Override
      public Adaptation adaptation() {
        return model.adaptation();
      }

      @Override
      public GenerationRequest defaults(GenerationRequest family) {
        return model.defaults(family);
      }
    };
  }

  /** File, weight, and, of two transformers, whether it is for the second. */
  private Lora lora(JsonNode entry, double scale) {
    String name = entry.get(0).asText();
    Lora lora =
        Lora.of(fixture.folder().resolve("lora").resolve(name + ".safetensors"))
            .weighted(entry.get(1).asDouble() * scale);
    if (entry.size() > 2) {
      boolean isSecond = entry.get(2).asBoolean();
      lora = lora.on(isSecond ? Lora.Expert.LOW_NOISE : Lora.Expert.HIGH_NOISE);
    }
    return name.startsWith("partial") ? lora.partial() : lora;
  }

  private ModelSource quantized(JsonNode files) {
    Path folder = fixture.folder().resolve("files");
    Map<Role, Path> parts = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      JsonNode file = files.path(role.component());
      if (file.isTextual()) {
        parts.put(role, folder.resolve(file.asText() + ".safetensors"));
      }
    }
    ModelSource base =
        ModelFolder.open(fixture.folder().resolveSibling(fixture.json().path(BASE).asText()));
    return parts.isEmpty() ? base : ModelParts.of(parts, Optional.empty()).openIn(base);
  }

  /** A transformer, or a text encoder that runs with one. */
  private ModelSource gguf(String name, JsonNode file) {
    Path folder = fixture.folder().resolve("files");
    String transformer = file.path("runs_with").asText(name);
    ModelParts parts = ModelParts.of(Role.TRANSFORMER, folder.resolve(transformer + ".gguf"));
    if (!transformer.equals(name)) {
      parts = parts.with(Role.TEXT_ENCODER, folder.resolve(name + ".gguf"));
    }
    return parts.openIn(ModelFolder.open(fixture.folder().resolve(BASE)));
  }
}
