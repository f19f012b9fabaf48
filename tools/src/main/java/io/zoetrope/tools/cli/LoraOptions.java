package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.pipeline.lora.LoraModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** LoRA files that change the model. */
final class LoraOptions {
  @Option(
      names = "--lora",
      paramLabel = "FILE[:WEIGHT][@high|@low]",
      description =
          "LoRA file that changes the model, how often it is added (default: 1), and, of two"
              + " transformers, for which noise (default: as the file's name says). May be given"
              + " several times; docs/files.md says more.")
  private List<String> loras = new ArrayList<>();

  @Option(
      names = "--lora-partial",
      description = "Apply what fits of LoRA files that fit in part, and say what is left out.")
  private boolean partial;

  /**
   * Refuses files that change nothing.
   *
   * @param path is no model
   */
  void requireNone(Path path) {
    if (partial || !loras.isEmpty()) {
      throw new PipelineException(
          "%s: it is no model folder, and --lora changes a model: leave it out, or name the folder"
              .formatted(path));
    }
  }

  /**
   * A model with these files.
   *
   * @throws PipelineException if there is no such file
   */
  ModelSource applyTo(ModelSource model) {
    if (partial && loras.isEmpty()) {
      throw new PipelineException("--lora-partial is of --lora, which is not given");
    }
    if (loras.isEmpty()) {
      // Most jobs have none, and load no class for them.
      return model;
    }
    return LoraModel.of(
        model,
        loras.stream()
            .map(LoraArgument::parse)
            .map(lora -> partial ? lora.partial() : lora)
            .toList());
  }
}
