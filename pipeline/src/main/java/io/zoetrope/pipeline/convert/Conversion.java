package io.zoetrope.pipeline.convert;

import io.zoetrope.encoding.GgmlBlocks;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.weights.GgufWriter;
import io.zoetrope.weights.NumberFormat;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;

/**
 * Weights on their way from a model folder, a component's folder or a file into another folder or
 * file. Making one finds out whether it can be done; nothing is written before {@link #run}. Memory
 * is taken for a piece of a tensor at a time.
 *
 * <pre>{@code
 * try (Conversion conversion =
 *     Conversion.of(in, out, Optional.of(NumberFormat.BF16), Optional.empty())) {
 *   conversion.run(Conversion.Progress.NONE);
 * }
 * }</pre>
 */
public final class Conversion implements AutoCloseable {
  /** What describes a tensor in a file's header takes less. */
  private static final int HEADER_BYTES = 256;

  private final Original original;
  private final Path out;
  private final Container container;
  private final Map<String, String> folderFiles;
  private final List<Output> outputs;

  /** A part and its tensors as they are to be written. */
  private record Output(Part part, List<StoredTensor> tensors) {
    long bytes() {
      return tensors.stream()
          .mapToLong(tensor -> tensor.byteSize() + tensor.name().length() + HEADER_BYTES)
          .sum();
    }
  }

  /** What a conversion does one after the other. */
  public enum Phase {
    /** The hash of what is read, to be noted in what is written. */
    HASHING("hashing"),
    /** Tensors are read, converted and written. */
    WRITING("converting");

    private final String title;

    Phase(String title) {
      this.title = title;
    }

    /** What to call it to people. */
    public String title() {
      return title;
    }
  }

  /** Hears how far a conversion is. */
  @FunctionalInterface
  public interface Progress {
    /** Hears nothing. */
    Progress NONE = (_, _, _) -> {};

    /**
     * So much is done.
     *
     * @param bytes so far
     * @param all how many there are
     */
    void at(Phase phase, long bytes, long all);
  }

  private Conversion(
      Original original,
      Path out,
      Container container,
      Map<String, String> folderFiles,
      List<Output> outputs) {
    this.original = original;
    this.folderFiles = folderFiles;
    this.out = out;
    this.container = container;
    this.outputs = outputs;
  }

  /**
   * Opens what is to be converted, and checks that it can be.
   *
   * @param in a model folder, the folder of a component, or a file
   * @param out a name that ends in {@code .safetensors} or {@code .gguf}, or that of a folder that
   *     does not exist
   * @param type the number format of matrices and convolutions; empty to leave them as they are
   * @param layout whose names tensors get; empty for the usual one of such files
   * @throws PipelineException if it can't be done; the message says what can
   * @throws io.zoetrope.weights.WeightsException if weights are missing or malformed
   */
  public static Conversion of(
      Path in, Path out, Optional<NumberFormat> type, Optional<Layout> layout) {
    Container container = Container.of(out);
    requirePossible(out, container, type, layout);
    Original original = Original.open(in);
    Conversion conversion = null;
    try {
      requireOnePart(original, container);
      List<Output> outputs = new ArrayList<>();
      for (Part part : original.parts()) {
        outputs.add(new Output(part, tensors(original, part, container, type, layout)));
      }
      Map<String, String> folderFiles =
          container == Container.FOLDER
              ? original
                  .wholeFile()
                  .map(model -> FolderFiles.of(model, original.parts()))
                  .orElse(Map.of())
              : Map.of();
      conversion = new Conversion(original, out, container, folderFiles, List.copyOf(outputs));
      conversion.requireRoom();
      return conversion;
    } finally {
      if (conversion == null) {
        original.close();
      }
    }
  }

  private static void requirePossible(
      Path out, Container container, Optional<NumberFormat> type, Optional<Layout> layout) {
    if (layout.isPresent()
        && (layout.get() == Layout.ORIGINAL) == (container == Container.FOLDER)
        && container != Container.SAFETENSORS) {
      throw new PipelineException(
          "%s: %s"
              .formatted(
                  out,
                  container == Container.FOLDER
                      ? "a folder has the layout of diffusers: name a file that ends in"
                          + " .safetensors for the original one"
                      : "GGUF files have the names of the original layout: name a file that ends in"
                          + " .safetensors for that of diffusers"));
    }
    boolean isHeld =
        type.isEmpty()
            || (container.holds(type.get().encoding())
                && !(type.get().isScaled() && container == Container.GGUF));
    if (!isHeld) {
      throw new PipelineException(
          type.get().encoding() instanceof GgmlBlocks
              ? "%s: %s has no form in safetensors: name a file that ends in .gguf, or choose --type fp8 or int8"
                  .formatted(out, type.get().name().toLowerCase(Locale.ROOT))
              : "%s: GGUF files have no %s: choose --type q8_0, or name a file that ends in .safetensors"
                  .formatted(out, type.get().name().toLowerCase(Locale.ROOT)));
    }
    if (container == Container.FOLDER && Files.exists(out, LinkOption.NOFOLLOW_LINKS)) {
      throw new PipelineException(
          "%s: it exists: choose the name of a new folder, or of a file that ends in .safetensors or .gguf"
              .formatted(out));
    }
    Optional<String> obstacle =
        container == Container.FOLDER ? OutputFile.folderObstacle(out) : OutputFile.obstacle(out);
    if (obstacle.isPresent()) {
      throw new PipelineException("%s: cannot be written: %s".formatted(out, obstacle.get()));
    }
  }

  private static void requireOnePart(Original original, Container container) {
    if (original.parts().size() == 1) {
      return;
    }
    List<String> names = original.parts().stream().map(Part::component).toList();
    if (container != Container.FOLDER) {
      throw new PipelineException(
          original.isModel()
              ? "%s: it is a whole model, and a file holds one component: convert %s"
                  .formatted(
                      original.path(),
                      String.join(
                          ", ",
                          names.stream()
                              .map(name -> original.path().resolve(name).toString())
                              .toList()))
              : "%s: it holds %s, and a file holds one of them: name a folder"
                  .formatted(original.path(), String.join(", ", names)));
    }
  }

  private static List<StoredTensor> tensors(
      Original original,
      Part part,
      Container container,
      Optional<NumberFormat> type,
      Optional<Layout> layout) {
    // Rounding costs an autoencoder more than the few bytes are worth; whoever names it wants it.
    boolean left = original.parts().size() > 1 && part.role() == Role.VAE;
    TypeRule rule = new TypeRule(left ? Optional.empty() : type, container);
    UnaryOperator<String> names =
        Names.in(part, container, layout.orElse(Names.usual(part, container)));
    List<StoredTensor> tensors = new ArrayList<>();
    for (String name : part.weights().names()) {
      String written = names.apply(name);
      if (written != null) {
        StoredTensor tensor = part.tensor(name);
        tensors.addAll(rule.apply(tensor, written, part.weights().description()));
      }
    }
    if (container == Container.SAFETENSORS) {
      part.tokenizer().ifPresent(tensors::add);
    }
    return tensors;
  }

  private void requireRoom() {
    OutputFile.spaceObstacle(out, bytes())
        .ifPresent(obstacle -> {
          throw new PipelineException("%s: %s".formatted(out, obstacle));
        });
    for (Path file : original.files()) {
      try {
        if (Files.exists(out) && Files.isSameFile(file, out)) {
          throw new PipelineException("%s is what is read: choose another name".formatted(out));
        }
      } catch (IOException e) {
        throw new PipelineException("%s: %s".formatted(out, FileErrors.reason(e)), e);
      }
    }
  }

  /** About how many bytes will be written. */
  public long bytes() {
    return outputs.stream().mapToLong(Output::bytes).sum();
  }

  /** How many tensors of each number format will be written, by its name. */
  public Map<String, Long> formats() {
    Map<String, Long> formats = new LinkedHashMap<>();
    outputs.stream()
        .flatMap(output -> output.tensors().stream())
        .forEach(tensor -> formats.merge(tensor.encoding().name(), 1L, Long::sum));
    return formats;
  }

  /**
   * Converts. What was there under the name before is replaced when all is written, and is
   * untouched if anything fails; nothing half-written is left.
   *
   * @throws PipelineException if a file cannot be read or written
   * @throws io.zoetrope.weights.WeightsException if weights cannot be read, or hold a number that
   *     the type cannot
   * @throws java.util.concurrent.CancellationException if the thread is interrupted
   */
  public void run(Progress progress) {
    Map<String, String> metadata = SourceHash.metadata(original.files(), progress);
    long all =
        outputs.stream()
            .flatMap(output -> output.tensors().stream())
            .mapToLong(StoredTensor::byteSize)
            .sum();
    if (container == Container.FOLDER) {
      writeFolder(metadata, progress, all);
      return;
    }
    Output output = outputs.getFirst();
    LongConsumer written = bytes -> progress.at(Phase.WRITING, bytes, all);
    if (container == Container.GGUF) {
      GgufWriter writer = GgufFields.of(output.part(), output.tensors());
      metadata.forEach(writer::text);
      writer.write(out, output.tensors(), written);
    } else {
      SafetensorsWriter.write(out, output.tensors(), metadata, written);
    }
  }

  private void writeFolder(Map<String, String> metadata, Progress progress, long all) {
    try {
      OutputFile.write(
          out,
          temporary -> {
            Files.createDirectory(temporary);
            if (original.isModel()) {
              copyOthers(temporary);
            }
            for (Map.Entry<String, String> file : folderFiles.entrySet()) {
              Path target = temporary.resolve(file.getKey());
              Files.createDirectories(target.getParent());
              Files.writeString(target, file.getValue());
            }
            long before = 0;
            for (Output output : outputs) {
              Path folder =
                  outputs.size() == 1 && !original.isModel()
                      ? temporary
                      : Files.createDirectories(temporary.resolve(output.part().component()));
              long start = before;
              writeComponent(
                  folder,
                  output,
                  metadata,
                  bytes -> progress.at(Phase.WRITING, start + bytes, all));
              before += output.tensors().stream().mapToLong(StoredTensor::byteSize).sum();
            }
          });
    } catch (FileSystemException e) {
      throw new PipelineException("%s: %s".formatted(e.getFile(), FileErrors.reason(e)), e);
    } catch (IOException e) {
      throw new PipelineException(
          "%s: cannot be written: %s".formatted(out, FileErrors.reason(e)), e);
    }
  }

  private void copyOthers(Path folder) throws IOException {
    for (Path file : original.others()) {
      Path target = folder.resolve(file.toString());
      Files.createDirectories(target.getParent());
      Files.copy(original.path().resolve(file), target);
    }
  }

  private void writeComponent(
      Path folder, Output output, Map<String, String> metadata, LongConsumer written)
      throws IOException {
    if (!original.isModel()) {
      Files.writeString(
          folder.resolve("config.json"), output.part().config().json().toPrettyString() + "\n");
      if (output.part().tokenizer().isPresent()) {
        Path beside =
            folderFiles.isEmpty()
                ? folder
                : Files.createDirectories(folder.resolveSibling("tokenizer"));
        StoredTensor tokenizer = output.part().tokenizer().get();
        Files.write(
            beside.resolve(Original.TOKENIZER_FILE),
            tokenizer.load().segment().toArray(ValueLayout.JAVA_BYTE));
      }
    }
    String name =
        output.part().isOfTransformers() ? ModelFolder.TRANSFORMERS : ModelFolder.DIFFUSERS;
    SafetensorsWriter.write(
        folder.resolve(name + ".safetensors"), output.tensors(), metadata, written);
  }

  @Override
  public void close() {
    original.close();
  }
}
