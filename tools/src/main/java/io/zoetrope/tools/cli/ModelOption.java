package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.Role;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which model to run: a folder, files of its parts, or a folder with files in place of parts. */
final class ModelOption {
  /** Folder of the installation, set by the launcher. */
  private static final String HOME_PROPERTY = "zoetrope.home";

  @Option(
      names = "--model",
      paramLabel = "DIR|ORG/NAME",
      description =
          "Model folder in the layout of diffusers, or a model of the Hugging Face hub,"
              + " ORG/NAME[@REV], which is fetched if the cache lacks it (default: the demo model"
              + " of this repository).")
  private Path model;

  @Option(
      names = "--transformer",
      paramLabel = "FILE",
      description =
          "A model of single files instead, or in place of the folder's: the transformer; of two, "
              + "the one for much noise. A file that holds all is named here alone.")
  private Path transformer;

  @Option(
      names = "--transformer-2",
      paramLabel = "FILE",
      description = "The transformer for little noise, in models that have two.")
  private Path secondTransformer;

  @Option(
      names = {"--text-encoder", "--t5xxl"},
      paramLabel = "FILE",
      description = "The text encoder.")
  private Path textEncoder;

  @Option(names = "--vae", paramLabel = "FILE", description = "The video autoencoder.")
  private Path vae;

  @Option(
      names = {"--clip-vision", "--clip_vision"},
      paramLabel = "FILE",
      description = "CLIP's vision tower, for models that look at pictures with it.")
  private Path clipVision;

  @Option(
      names = "--tokenizer",
      paramLabel = "FILE",
      description = "spiece.model or tokenizer.json, if the text encoder's file holds none.")
  private Path tokenizer;

  /**
   * Names of stable-diffusion.cpp, where the transformer without a word is that of little noise.
   */
  @Option(names = "--diffusion-model", paramLabel = "FILE", hidden = true)
  private Path diffusionModel;

  @Option(names = "--high-noise-diffusion-model", paramLabel = "FILE", hidden = true)
  private Path highNoiseDiffusionModel;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /**
   * The model; one of the hub that the cache lacks is fetched.
   *
   * @throws PipelineException if there is none, or files are no model
   * @throws io.zoetrope.config.ConfigException if an index is malformed
   * @throws io.zoetrope.weights.WeightsException if a file is malformed
   */
  ModelSource source() {
    Map<Role, Path> files = files();
    if (files.isEmpty()) {
      if (tokenizer != null) {
        throw new PipelineException(
            "--tokenizer belongs to a text encoder: name that with --text-encoder");
      }
      return ModelFolder.open(folder());
    }
    ModelParts parts = ModelParts.of(files, Optional.ofNullable(tokenizer));
    return model == null ? parts.open() : parts.openIn(ModelFolder.open(folder()));
  }

  private Map<Role, Path> files() {
    boolean hasOtherNames = diffusionModel != null || highNoiseDiffusionModel != null;
    if (hasOtherNames && (transformer != null || secondTransformer != null)) {
      throw new PipelineException(
          "--transformer and --diffusion-model are two names for one file: leave out one");
    }
    boolean isOneOfTwo = highNoiseDiffusionModel != null;
    Map<Role, Path> files = new EnumMap<>(Role.class);
    put(files, Role.TRANSFORMER, transformer);
    put(files, Role.SECOND_TRANSFORMER, secondTransformer);
    put(files, Role.TRANSFORMER, highNoiseDiffusionModel);
    put(files, isOneOfTwo ? Role.SECOND_TRANSFORMER : Role.TRANSFORMER, diffusionModel);
    put(files, Role.TEXT_ENCODER, textEncoder);
    put(files, Role.VAE, vae);
    put(files, Role.CLIP_VISION, clipVision);
    return files;
  }

  private static void put(Map<Role, Path> files, Role role, Path file) {
    if (file != null) {
      files.put(role, file);
    }
  }

  private Path folder() {
    if (model == null) {
      return home().resolve("demo-model").resolve("model");
    }
    return Files.exists(model)
        ? model
        : HubModels.folder(HubSettings.ofEnvironment(), model, spec.commandLine().getErr());
  }

  /** Folder of the installation. */
  static Path home() {
    return Path.of(System.getProperty(HOME_PROPERTY, "."));
  }
}
