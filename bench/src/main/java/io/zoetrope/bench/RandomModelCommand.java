package io.zoetrope.bench;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a model folder to measure with. */
@Command(
    name = "random-model",
    description = {
      "Writes a model folder with the names and shapes of Wan 2.1 1.3B and random weights.",
      "Tokenizer and schedule are the demo model's."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RandomModelCommand implements Callable<Integer> {
  /** Weights are made in memory, file by file. */
  private static final long SHARD_BYTES = 1L << 30;

  @Parameters(paramLabel = "DIR", description = "Folder to write; must not exist.")
  private Path folder;

  @Option(
      names = "--layers",
      paramLabel = "N",
      defaultValue = "30",
      description = "Layers of the transformer (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      defaultValue = "24",
      description = "Layers of the text encoder (default: ${DEFAULT-VALUE}).")
  private int textLayers;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      defaultValue = "256384",
      description =
          "Rows of the text encoder's token table; the demo model's tokenizer needs 2048 (default:"
              + " ${DEFAULT-VALUE}).")
  private int vocabulary;

  @Option(
      names = "--dtype",
      paramLabel = "TYPE",
      defaultValue = "bf16",
      description =
          "f32 or bf16: how transformer and text encoder are stored; the video autoencoder is f32"
              + " (default: ${DEFAULT-VALUE}).")
  private DType dtype;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    if (layers < 1 || textLayers < 1 || vocabulary < 1) {
      throw new PipelineException("--layers, --text-layers and --vocabulary are at least 1");
    }
    if (!dtype.isComputable()) {
      throw new PipelineException("--dtype %s is neither f32 nor bf16".formatted(dtype));
    }
    write(folder, ModelSizes.WAN_1_3B.with(layers, textLayers, vocabulary), dtype);
    spec.commandLine().getOut().println("wrote " + folder);
    return 0;
  }

  static void write(Path folder, ModelSizes sizes, DType dtype) {
    Path pattern = Main.home().resolve("demo-model").resolve("model");
    new RandomModel(sizes, dtype, pattern, SHARD_BYTES).write(folder);
  }
}
