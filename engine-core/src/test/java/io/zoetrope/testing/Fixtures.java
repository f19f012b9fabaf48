package io.zoetrope.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/** Where tests find the repository's shared fixtures. */
public final class Fixtures {
  private static final Path ROOT = root();

  private Fixtures() {}

  /**
   * A path below the {@code fixtures} folder, which is named by the system property {@code
   * zoetrope.fixtures} or lies in an enclosing folder of the working directory.
   */
  public static Path path(String relative) {
    return ROOT.resolve(relative);
  }

  private static Path root() {
    String property = System.getProperty("zoetrope.fixtures");
    if (property != null) {
      return Path.of(property);
    }
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isDirectory(p.resolve("fixtures"))) {
        return p.resolve("fixtures");
      }
    }
    throw new IllegalStateException("no fixtures folder above the working directory");
  }
}
