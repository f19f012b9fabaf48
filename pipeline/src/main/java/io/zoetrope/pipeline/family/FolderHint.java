package io.zoetrope.pipeline.family;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What a path is that was named as a model's folder and is none, and what to name instead. */
final class FolderHint {
  private static final String LAYOUT = "name a folder in the layout of diffusers";
  private static final String ORIGINAL =
      "it holds the files of a model's original release; "
          + LAYOUT
          + ", such as the release whose name ends in -Diffusers, or safetensors files of its parts";

  private static final String PARTS =
      "name its files with --transformer, --text-encoder and --vae instead of --model";

  private FolderHint() {}

  /** Goes on after the name of a path that is no folder. */
  static String ofNoFolder(Path path) {
    if (!Files.exists(path)) {
      return InputFile.isThere(path)
          ? "is a link to nothing; download the model again, or mend the link"
          : "does not exist; " + LAYOUT;
    }
    String kind =
        FileKind.of(path)
            .map(found ->
                found == FileKind.SAFETENSORS || found == FileKind.GGUF
                    ? ": it is a file of weights, which has a part of a model at most: " + PARTS
                    : ": " + found.description() + "; " + LAYOUT)
            .orElse("; " + LAYOUT);
    return "is not a folder" + kind;
  }

  /** Goes on after it was said that a folder has no index. */
  static String ofOtherFolder(Path folder) {
    return "; " + nearby(folder).or(() -> content(folder)).orElse(LAYOUT);
  }

  /** The model is above, below, or in a snapshot of a download's cache. */
  private static Optional<String> nearby(Path folder) {
    Path above = folder.toAbsolutePath().normalize().getParent();
    if (above != null && ModelFolder.isModel(above)) {
      return Optional.of("it is a part of the model in %s: name that".formatted(above));
    }
    List<Path> models =
        Stream.concat(children(folder), children(folder.resolve("snapshots")))
            .filter(ModelFolder::isModel)
            .toList();
    return switch (models.size()) {
      case 0 ->
          Files.isDirectory(folder.resolve("snapshots"))
              ? Optional.of("no snapshot in it holds a model: download it again")
              : Optional.empty();
      case 1 -> Optional.of("the model lies in %s: name that".formatted(models.getFirst()));
      default ->
          Optional.of(
              "models lie in %s and %d others: name one of them"
                  .formatted(models.getFirst(), models.size() - 1));
    };
  }

  private static Optional<String> content(Path folder) {
    List<String> names = children(folder).map(path -> path.getFileName().toString()).toList();
    if (names.isEmpty()) {
      return Optional.of("it is empty: download the model into it, or " + LAYOUT);
    }
    for (String name : names) {
      if (name.equals("adapter_config.json") || name.equals("pytorch_lora_weights.safetensors")) {
        return Optional.of(
            "%s is a LoRA, which changes a model and is none itself; %s"
                .formatted(quote(name), LAYOUT));
      } else if (name.endsWith(".safetensors") || name.endsWith(".gguf")) {
        return Optional.of(
            "%s is a file of weights, and no index says what it is a part of: %s"
                .formatted(quote(name), PARTS));
      } else if (name.equals("split_files")) {
        return Optional.of("it holds single files, as ComfyUI uses them: " + PARTS);
      } else if (name.endsWith(".pth")) {
        return Optional.of(ORIGINAL);
      }
    }
    return Optional.empty();
  }

  /** What lies in a folder, in order; nothing if it cannot be read. */
  private static Stream<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.sorted().toList().stream();
    } catch (IOException _) {
      return Stream.empty();
    }
  }
}
