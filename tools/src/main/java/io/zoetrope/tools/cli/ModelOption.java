package io.zoetrope.tools.cli;

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

  Path folder() {
    return model != null
        ? model
        : Path.of(System.getProperty(HOME_PROPERTY, "."), "demo-model", "model");
  }
}
