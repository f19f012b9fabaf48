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
    return model != null ? model : home().resolve("demo-model").resolve("model");
  }

  /** Folder of the installation. */
  static Path home() {
    return Path.of(System.getProperty(HOME_PROPERTY, "."));
  }

  /** The last two names of the folder: enough to know the model, without the user's own paths. */
  String name() {
    Path path = folder().toAbsolutePath().normalize();
    int names = path.getNameCount();
    return names < 2 ? path.toString() : path.subpath(names - 2, names).toString();
  }
}
