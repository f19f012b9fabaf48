package io.zoetrope.pipeline;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A tiny model that a test may change. */
public final class ModelCopy {
  private ModelCopy() {}

  /** Copies the model into a new folder below {@code parent}. */
  public static Path in(Path parent) throws IOException {
    Path source = Fixtures.path("wan21-t2v-tiny");
    Path copy = parent.resolve("model");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = copy.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.getFileName().toString().startsWith("golden")) {
          Files.copy(file, target);
        }
      }
    }
    return copy;
  }
}
