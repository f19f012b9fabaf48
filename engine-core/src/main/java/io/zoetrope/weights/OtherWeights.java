package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Words for the weights that lie in a folder under other names or in other formats. */
final class OtherWeights {
  private OtherWeights() {}

  /**
   * What lies there instead of a component's weights, and what to do; empty if nothing does.
   *
   * @param baseNames under which weights were looked for
   */
  static Optional<String> in(Path folder, List<String> baseNames) {
    try (Stream<Path> files = Files.list(folder)) {
      List<String> names = files.map(file -> file.getFileName().toString()).sorted().toList();
      return baseNames.stream()
          .flatMap(baseName -> names.stream().flatMap(name -> variant(name, baseName).stream()))
          .findFirst()
          .or(() -> names.stream().flatMap(name -> format(name).stream()).findFirst());
    } catch (IOException _) {
      return Optional.empty();
    }
  }

  /** Diffusers puts the name of a variant, such as fp16, before the last part of a file's name. */
  private static Optional<String> variant(String name, String baseName) {
    if (!name.startsWith(baseName + ".")) {
      return Optional.empty();
    }
    String rest = name.substring(baseName.length());
    if (rest.matches("\\.[\\w-]+\\.safetensors") && !rest.contains("-of-")) {
      return Optional.of(renaming(name, baseName + ".safetensors"));
    }
    boolean isIndex =
        rest.matches("\\.safetensors\\.index\\.[\\w-]+\\.json")
            || rest.matches("\\.[\\w-]+\\.safetensors\\.index\\.json");
    return isIndex
        ? Optional.of(renaming(name, baseName + ".safetensors.index.json"))
        : Optional.empty();
  }

  private static String renaming(String name, String target) {
    return "%s lies there, a variant: rename it to %s to use it".formatted(quote(name), target);
  }

  private static Optional<String> format(String name) {
    if (name.matches(".*-of-\\d+\\.safetensors")) {
      return Optional.of(
          "%s lies there, a shard, whose index is missing: download that, too"
              .formatted(quote(name)));
    } else if (name.endsWith(".safetensors")) {
      return Optional.of(
          "%s lies there, another name: rename it if it is this component".formatted(quote(name)));
    } else if (name.matches(".*\\.(bin|pt|pth|ckpt|pkl)")) {
      return Optional.of(
          "%s lies there, a pickle, which can run any program when it is loaded and is not read: take the model's safetensors"
              .formatted(quote(name)));
    } else if (name.endsWith(".gguf")) {
      return Optional.of(
          "%s lies there, a single file: name that with --transformer or --text-encoder instead"
              .formatted(quote(name)));
    } else if (name.matches(".*\\.(ggml|msgpack|onnx|h5|npz)")) {
      return Optional.of(
          "%s lies there, whose format is not supported: take the model's safetensors"
              .formatted(quote(name)));
    }
    return Optional.empty();
  }
}
