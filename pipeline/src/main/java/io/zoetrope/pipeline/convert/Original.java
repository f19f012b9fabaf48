package io.zoetrope.pipeline.convert;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.parts.FoundPart;
import io.zoetrope.pipeline.parts.ModelParts;
import io.zoetrope.pipeline.parts.PartFile;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.WeightSource;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is converted: a model folder, the folder of one of its components, or a file.
 *
 * @param path where it is
 * @param isModel whether it is a model folder, of which other files are copied
 * @param parts what has weights in it, which are open
 */
record Original(Path path, boolean isModel, List<Part> parts) implements AutoCloseable {
  /** What files with a tokenizer inside call it. */
  static final String TOKENIZER = "spiece_model";

  /** What a tokenizer's folder calls it. */
  static final String TOKENIZER_FILE = "spiece.model";

  private static final int MOST_TOKENIZER_BYTES = 256 << 20;

  /** Without one of them no model can be run. */
  private static final Set<Role> NEEDED = Set.of(Role.TRANSFORMER, Role.TEXT_ENCODER, Role.VAE);

  /**
   * Opens what lies at a path.
   *
   * @throws PipelineException if it is nothing that can be converted
   * @throws io.zoetrope.weights.WeightsException if weights are missing or malformed
   */
  static Original open(Path path) {
    List<Part> parts = new ArrayList<>();
    Original opened = null;
    try {
      boolean isModel = Files.isDirectory(path) && ModelFolder.isModel(path);
      if (isModel) {
        addModel(path, parts);
      } else if (Files.isDirectory(path)) {
        parts.add(component(path));
      } else {
        addFile(path, parts);
      }
      opened = new Original(path, isModel, List.copyOf(parts));
      return opened;
    } finally {
      if (opened == null) {
        parts.forEach(part -> part.weights().close());
      }
    }
  }

  private static void addFile(Path path, List<Part> parts) {
    for (FoundPart found : PartFile.read(path).parts()) {
      WeightSource file = WeightSource.open(path);
      boolean added = false;
      try {
        WeightSource weights = found.view().apply(file);
        Optional<StoredTensor> tokenizer =
            found.role() == Role.TEXT_ENCODER ? inside(file) : Optional.empty();
        parts.add(
            new Part(
                found.role().component(),
                found.role(),
                found.config(),
                weights,
                List.of(path),
                tokenizer));
        added = true;
      } finally {
        if (!added) {
          file.close();
        }
      }
    }
  }

  private static Optional<StoredTensor> inside(WeightSource file) {
    if (file instanceof GgufFile gguf) {
      return T5Tokenizer.isIn(gguf)
          ? Optional.of(tokenizer(T5Tokenizer.sentencePieceOf(gguf)))
          : Optional.empty();
    }
    return file.names().stream()
        .filter(name -> name.equals(TOKENIZER) || name.endsWith("." + TOKENIZER))
        .findFirst()
        .map(name -> file.tensor(name).withName(TOKENIZER));
  }

  private static void addModel(Path folder, List<Part> parts) {
    for (Role role : Role.values()) {
      Path component = folder.resolve(role.component());
      if (Files.isDirectory(component)) {
        Part found = component(component);
        parts.add(
            new Part(
                role.component(),
                found.role(),
                found.config(),
                found.weights(),
                found.files(),
                found.tokenizer()));
      }
    }
  }

  private static Part component(Path folder) {
    JsonConfig config = JsonConfig.read(folder.resolve("config.json"));
    Role role = role(folder, config);
    Checkpoint weights = Checkpoint.open(folder, ModelFolder.DIFFUSERS, ModelFolder.TRANSFORMERS);
    List<Path> files =
        weights.files().stream().map(WeightSource::description).map(Path::of).toList();
    Optional<StoredTensor> tokenizer =
        role == Role.TEXT_ENCODER ? beside(folder.toAbsolutePath().normalize()) : Optional.empty();
    return new Part(role.component(), role, config, weights, files, tokenizer);
  }

  private static Role role(Path folder, JsonConfig config) {
    String name =
        config.json().path("_class_name").asText(config.json().at("/architectures/0").asText());
    return switch (name) {
      case "WanTransformer3DModel", "WanVACETransformer3DModel" -> Role.TRANSFORMER;
      case "AutoencoderKLWan" -> Role.VAE;
      case "UMT5EncoderModel", "T5EncoderModel" -> Role.TEXT_ENCODER;
      case "CLIPVisionModel", "CLIPVisionModelWithProjection" -> Role.CLIP_VISION;
      default ->
          throw new PipelineException(
              "%s: its config.json is that of %s, which is not converted: Wan's transformers, video autoencoders and text encoders are"
                  .formatted(folder, name.isEmpty() ? "no class" : quote(name)));
    };
  }

  /** The tokenizer in a text encoder's folder, or in the model folder that this one lies in. */
  private static Optional<StoredTensor> beside(Path folder) {
    Path inside = folder.resolve(TOKENIZER_FILE);
    Path file =
        InputFile.isThere(inside)
            ? inside
            : folder.resolveSibling("tokenizer").resolve(TOKENIZER_FILE);
    if (!InputFile.isThere(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(tokenizer(InputFile.readAll(file, MOST_TOKENIZER_BYTES)));
    } catch (IOException e) {
      throw new PipelineException(
          "%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  private static StoredTensor tokenizer(byte[] bytes) {
    return new StoredTensor(
        TOKENIZER,
        new Plain(DType.U8),
        Shape.of(bytes.length),
        new StoredBytes.InMemory(MemorySegment.ofArray(bytes)),
        Lifetime.UNBOUNDED);
  }

  /**
   * The model that a file holds all parts of; empty for other files, and for folders.
   *
   * @throws PipelineException if the parts are of different models
   */
  Optional<ModelSource> wholeFile() {
    Set<Role> roles = parts.stream().map(Part::role).collect(Collectors.toSet());
    return !isModel && roles.containsAll(NEEDED)
        ? Optional.of(ModelParts.of(Role.TRANSFORMER, path).open())
        : Optional.empty();
  }

  /** The files that hold weights, each of them once. */
  List<Path> files() {
    return parts.stream().flatMap(part -> part.files().stream()).distinct().toList();
  }

  /** The files of a model folder, relative to it, that hold no weights. */
  List<Path> others() throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      return files
          .filter(Files::isRegularFile)
          .map(path::relativize)
          .filter(file -> !isWeights(file.getFileName().toString()))
          .toList();
    }
  }

  private static boolean isWeights(String name) {
    return name.matches(
        ".*\\.(safetensors|gguf|bin|pt|pth|ckpt|msgpack|h5|onnx)|.*\\.index\\.json|\\..*");
  }

  @Override
  public void close() {
    parts.forEach(part -> part.weights().close());
  }
}
