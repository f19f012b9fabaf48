package io.zoetrope.tools.cli;

import io.zoetrope.hub.HubSettings;
import io.zoetrope.pipeline.convert.Conversion;
import io.zoetrope.pipeline.convert.Layout;
import io.zoetrope.weights.NumberFormat;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Writes weights in another layout or number format. */
@Command(
    name = "convert",
    description = {
      "Writes weights in another layout or number format: those of a model folder, of the folder of"
          + " a component, or of a file (safetensors or GGUF, quantized or not).",
      "Vectors, modulation and the embedding of timesteps stay as they are; types of eight bits"
          + " and fewer are for the matrices of blocks alone. Numbers go to the nearest that the type"
          + " has, ties to even (q8_0: away from zero, as ggml does); in f8_e4m3 what is beyond 448"
          + " becomes 448. fp8 has a factor for a matrix, int8 for each row, in the tensors of ComfyUI."
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    sortOptions = false)
final class ConvertCommand implements Callable<Integer> {
  @Parameters(
      index = "0",
      paramLabel = "IN",
      description = "A folder, a file of weights, or a model of the hub, ORG/NAME[@REV].")
  private Path in;

  @Parameters(
      index = "1",
      paramLabel = "OUT",
      description = "A name that ends in .safetensors or .gguf, or that of a new folder.")
  private Path out;

  @Option(
      names = "--type",
      paramLabel = "TYPE",
      description =
          "f32, bf16, f16, f8_e4m3, fp8, int8, or into .gguf q8_0 or q4_k (default: the one that each"
              + " tensor has).")
  private NumberFormat type;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      description =
          "diffusers or original: whose names tensors get (default: in folders those of diffusers,"
              + " in files those that ComfyUI and stable-diffusion.cpp read).")
  private Layout layout;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter err = spec.commandLine().getErr();
    Path read = Files.exists(in) ? in : HubModels.folder(HubSettings.ofEnvironment(), in, err);
    try (Conversion conversion =
            Conversion.of(read, out, Optional.ofNullable(type), Optional.ofNullable(layout));
        ConversionPrinter printer =
            new ConversionPrinter(err, Boolean.getBoolean("zoetrope.terminal"))) {
      String formats =
          conversion.formats().entrySet().stream()
              .map(format -> "%d %s".formatted(format.getValue(), format.getKey()))
              .collect(Collectors.joining(", "));
      err.println(
          "writing %s: tensors: %s; %s".formatted(out, formats, Sizes.text(conversion.bytes())));
      conversion.run(printer);
    }
    spec.commandLine().getOut().println(out);
    return 0;
  }
}
