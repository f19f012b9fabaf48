package io.zoetrope.tools.parity;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.family.ChangedModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Fixtures of files that models are put together from: single files, each part with cases of its
 * own, and quantized files, GGUF among them, that stand for a part of a model folder.
 */
record FilesParity(
    Backend backend, DType dtype, Fixture fixture, Tolerances tolerances, Report report) {
  private static final String PARTS = "parts";
  private static final String BASE = "base";

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
                        .run(vae));
          }
        });
    if (fixture.json().has(BASE)) {
      JsonNode settings = fixture.json().path("run");
      fixture.cases().forEach((name, files) -> run(name, settings, () -> quantized(files)));
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

  private ModelSource quantized(JsonNode files) {
    Path folder = fixture.folder().resolve("files");
    Map<Role, Path> parts = new EnumMap<>(Role.class);
    for (Role role : Role.values()) {
      JsonNode file = files.path(role.component());
      if (file.isTextual()) {
        parts.put(role, folder.resolve(file.asText() + ".safetensors"));
      }
    }
    Path base = fixture.folder().resolveSibling(fixture.json().path(BASE).asText());
    return ModelParts.of(parts, Optional.empty()).openIn(ModelFolder.open(base));
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
