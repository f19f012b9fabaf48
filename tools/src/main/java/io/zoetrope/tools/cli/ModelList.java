package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.files.Printable;
import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.LocalModels.Model;
import io.zoetrope.hub.LocalModels.Snapshot;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.parts.PartFile;
import io.zoetrope.pipeline.run.FreeMemory;
import io.zoetrope.pipeline.task.Task;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What is in the cache: sizes, what the models do, and whether this machine has the memory. */
final class ModelList {
  private final HubSettings settings;

  ModelList(HubSettings settings) {
    this.settings = settings;
  }

  /** Prints a line for each model, and one for each of its states. */
  void print(PrintWriter out) {
    List<Model> models = new LocalModels(settings).all();
    if (models.isEmpty()) {
      out.printf("%s: no models; 'zoetrope pull ORG/NAME' fetches one%n", settings.cache());
      return;
    }
    out.printf(
        "%s: %s%n", settings.cache(), Sizes.text(models.stream().mapToLong(Model::bytes).sum()));
    try (Backend cpu = BackendProvider.open("cpu", 0);
        Backend dryRun = new DryRunBackend(cpu)) {
      for (Model model : models) {
        out.printf("%n%-60s %12s%n", model.repository(), Sizes.text(model.bytes()));
        for (Snapshot snapshot : model.snapshots()) {
          out.println("  " + Printable.line(revision(snapshot) + ": " + says(snapshot, dryRun)));
          if (!snapshot.isPipeline()) {
            weights(snapshot.folder())
                .forEach(file -> out.println("    " + Printable.line(describe(snapshot, file))));
          }
        }
        if (model.partialBytes() > 0) {
          out.printf(
              "  a pull was interrupted, and %s are kept: 'zoetrope pull %s' goes on%n",
              Sizes.text(model.partialBytes()), model.repository());
        }
      }
    }
  }

  /** Single files of weights, by name; none if the folder can't be read. */
  private static List<Path> weights(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().matches(".*\\.(?:safetensors|gguf)"))
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException _) {
      return List.of();
    }
  }

  private static String describe(Snapshot snapshot, Path file) {
    String found;
    try {
      PartFile part = PartFile.read(file);
      found = "%s, %s".formatted(part.title(), String.join(" and ", part.numberFormats()));
    } catch (ExpectedException e) {
      found = e.getMessage().replace(file + ": ", "");
    }
    return "%s: %s".formatted(snapshot.folder().relativize(file), found);
  }

  private static String revision(Snapshot snapshot) {
    return snapshot.revisions().isEmpty()
        ? snapshot.commit()
        : String.join(", ", snapshot.revisions());
  }

  private static String says(Snapshot snapshot, Backend dryRun) {
    if (!snapshot.isPipeline()) {
      return "no pipeline, single files";
    } else if (!snapshot.isComplete()) {
      return "incomplete, it lacks %s%s"
          .formatted(
              snapshot.missing().getFirst(),
              snapshot.missing().size() == 1
                  ? ""
                  : " and %d others".formatted(snapshot.missing().size() - 1));
    }
    ModelPrecision precision = new ModelPrecision(DType.F32, DType.F32);
    try (VideoPipeline pipeline = VideoPipeline.open(snapshot.folder(), dryRun, precision)) {
      Task task = pipeline.tasks().getFirst();
      GenerationRequest request = task.withExample(pipeline.request("a prompt"));
      long needed = pipeline.needs(request).peakBytes();
      FreeMemory free = FreeMemory.now();
      return "%s, %s; %s need %s of memory in f32, %s"
          .formatted(
              ModelFolder.open(snapshot.folder()).pipelineClass(),
              pipeline.tasks().stream().map(Task::title).collect(Collectors.joining(", ")),
              request.size(),
              Sizes.text(needed),
              needed <= free.bytes() ? "which fit" : "too much: " + free.reason());
    } catch (ExpectedException e) {
      return "not for this engine: " + e.getMessage();
    }
  }
}
