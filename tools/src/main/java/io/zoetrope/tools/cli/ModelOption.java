package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which model to run. */
final class ModelOption {
  /** Folder of the installation, set by the launcher. */
  private static final String HOME_PROPERTY = "zoetrope.home";

  @Option(
      names = "--model",
      paramLabel = "DIR",
      description =
          "Model folder in the layout of diffusers (default: the demo model of this repository).")
  private Path model;

  /**
   * The model.
   *
   * @throws io.zoetrope.pipeline.PipelineException if there is none
   * @throws io.zoetrope.config.ConfigException if its index is malformed
   */
  ModelSource source() {
    return ModelFolder.open(folder());
  }

  private Path folder() {
    return model != null ? model : home().resolve("demo-model").resolve("model");
  }

  /** Folder of the installation. */
  static Path home() {
    return Path.of(System.getProperty(HOME_PROPERTY, "."));
  }
}
