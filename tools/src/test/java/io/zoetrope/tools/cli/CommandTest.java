package io.zoetrope.tools.cli;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Runs commands on a copy of a tiny model, beside which outputs go. */
abstract class CommandTest {
  @TempDir Path folder;
  Path model;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  @BeforeEach
  void copyModel() throws IOException {
    model = folder.resolve("model");
    copy("wan21-t2v-tiny", model);
  }

  /** Copies the model of a fixture. */
  static void copy(String fixture, Path model) throws IOException {
    Path source = Fixtures.path(fixture);
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = model.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.getFileName().toString().startsWith("golden")) {
          Files.copy(file, target);
        }
      }
    }
  }

  final int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  /** Generates with a few options of a small job, which {@code more} adds to or replaces. */
  final int generate(String... more) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--model", model.toString());
    options.put("--size", "32x32");
    options.put("--frames", "5");
    options.put("--steps", "1");
    options.put("-o", folder.resolve("out.mp4").toString());
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    List<String> args = new ArrayList<>(List.of("generate", "a prompt"));
    options.forEach((name, value) -> args.addAll(List.of(name, value)));
    return run(args.toArray(String[]::new));
  }
}
