package io.zoetrope.tools.cli;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.VideoPipeline;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.OutputFile;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.LatentColours;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.pipeline.run.ColourFit;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds out which colours the latents of a model stand for, and keeps them with the model. */
@Command(
    name = "latent-colours",
    description = {
      "Fits a linear map from latents to colours to the model's own video autoencoder, and keeps it",
      "in the model's zoetrope.json: previews and 'explain' show latents by it. Wan 2.1's and the",
      "demo model's are known; models without one get a quick one in every job that needs it."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class LatentColoursCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A model folder.")
  private Path folder;

  @Mixin private VaePrecisionOption vae;

  @Mixin private DeviceOptions device;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    PrintWriter err = spec.commandLine().getErr();
    ModelFolder model = ModelFolder.open(folder);
    Path file = folder.resolve(ModelFolder.OWN);
    ObjectNode own =
        model
            .own()
            .map(JsonConfig::json)
            .map(ObjectNode::deepCopy)
            .orElseGet(JsonConfig.MAPPER::createObjectNode);
    own.remove(LatentColours.ENTRY);
    OutputFile.obstacle(file)
        .ifPresent(obstacle -> {
          throw new PipelineException("cannot write %s: %s".formatted(file, obstacle));
        });
    try (Backend backend = device.open();
        VideoPipeline pipeline =
            VideoPipeline.open(
                model,
                backend,
                new ModelPrecision(DType.F32, vae.dtype()),
                WeightRetention.RELEASE)) {
      ColourFit fit =
          pipeline.fitColours(
              new ProgressPrinter(err, Boolean.getBoolean("zoetrope.terminal"), Map.of(), ""));
      own.set(LatentColours.ENTRY, fit.colours().json());
      OutputFile.write(
          file, temporary -> Files.writeString(temporary, writer().writeValueAsString(own) + "\n"));
      err.printf(
          "fitted to %d clips; on another one PSNR %.1f dB, and %.1f dB with one colour%n",
          ColourFit.CLIPS, fit.likeness().psnr(), fit.likeness().psnrOfMean());
    }
    err.println("wrote " + file);
    return 0;
  }

  /** Writes an entry or a value a line, as files of other programs are written. */
  private static ObjectWriter writer() {
    DefaultIndenter lines = new DefaultIndenter("  ", "\n");
    Separators separators =
        Separators.createDefaultInstance().withObjectFieldValueSpacing(Separators.Spacing.AFTER);
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter(separators);
    printer.indentArraysWith(lines);
    printer.indentObjectsWith(lines);
    return JsonConfig.MAPPER.writer(printer);
  }
}
