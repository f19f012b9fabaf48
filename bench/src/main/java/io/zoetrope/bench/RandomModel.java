package io.zoetrope.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a model with random weights: the names, shapes and dtypes of a published one, which is
 * what its speed depends on. The tokenizer is that of another model.
 */
final class RandomModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelConfigs configs;
  private final Path pattern;
  private final RandomLayout layout;

  /**
   * A model to be written.
   *
   * @param pattern model folder that gives the tokenizer
   */
  RandomModel(ModelConfigs configs, Path pattern, RandomLayout layout) {
    this.configs = configs;
    this.pattern = pattern;
    this.layout = layout;
  }

  /**
   * Writes the folder under a temporary name, and renames it.
   *
   * @param folder must not exist yet; its parent must
   * @throws PipelineException if it exists, or cannot be written
   */
  void write(Path folder) {
    if (Files.exists(folder)) {
      throw new PipelineException("%s exists already; choose another name".formatted(folder));
    }
    Path temporary = folder.resolveSibling(folder.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectory(temporary);
      try {
        writeTo(temporary);
        Files.move(temporary, folder);
      } finally {
        deleteAll(temporary);
      }
    } catch (IOException e) {
      throw new PipelineException("%s cannot be written: %s".formatted(folder, e), e);
    }
  }

  private void writeTo(Path folder) throws IOException {
    writeJson(folder.resolve("model_index.json"), configs.get("model_index"));
    copyFolder(pattern.resolve("tokenizer"), folder.resolve("tokenizer"));
    writeConfiguration(folder, "scheduler", "scheduler_config.json");
    for (String component : List.of("transformer", "vae", "text_encoder")) {
      writeConfiguration(folder, component, "config.json");
    }
    FamilyModel model =
        Family.open(ModelFolder.open(folder), new ModelPrecision(DType.F32, DType.F32));
    layout.write(folder, model);
  }

  // ---------------------------------------------------------------- files

  private void writeConfiguration(Path folder, String component, String file) throws IOException {
    Path inside = Files.createDirectory(folder.resolve(component));
    writeJson(inside.resolve(file), configs.get(component));
  }

  private static void writeJson(Path file, JsonNode json) throws IOException {
    JSON.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), json);
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
