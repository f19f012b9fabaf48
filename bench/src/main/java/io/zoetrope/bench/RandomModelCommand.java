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
      "Writes a model with the names and shapes of Wan 2.1 1.3B and random weights.",
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

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      defaultValue = "diffusers",
      description =
          "diffusers, a model folder, or comfyui, the single files that its users have (default:"
              + " ${DEFAULT-VALUE}).")
  private Layout layout;

  @Option(
      names = "--text-type",
      paramLabel = "TYPE",
      description =
          "f16 or f8_scaled: how the text encoder of --layout comfyui is stored (default: f16).")
  private TextType textType;

  @Spec private CommandSpec spec;

  private enum Layout {
    DIFFUSERS,
    COMFYUI
  }

  private enum TextType {
    F16,
    F8_SCALED
  }

  @Override
  public Integer call() {
    if (layers < 1 || textLayers < 1 || vocabulary < 1) {
      throw new PipelineException("--layers, --text-layers and --vocabulary are at least 1");
    }
    if (!dtype.isComputable()) {
      throw new PipelineException("--dtype %s is neither f32 nor bf16".formatted(dtype));
    }
    if (textType != null && layout != Layout.COMFYUI) {
      throw new PipelineException("--text-type belongs to --layout comfyui: give that, too");
    }
    ModelSizes sizes = ModelSizes.WAN_1_3B.with(layers, textLayers, vocabulary);
    write(
        folder,
        sizes,
        layout == Layout.COMFYUI
            ? new SingleFiles(textType == TextType.F8_SCALED)
            : new DiffusersFolder(dtype, SHARD_BYTES));
    spec.commandLine().getOut().println("wrote " + folder);
    return 0;
  }

  /** Writes a model folder in the layout of diffusers. */
  static void write(Path folder, ModelSizes sizes, DType dtype) {
    write(folder, sizes, new DiffusersFolder(dtype, SHARD_BYTES));
  }

  private static void write(Path folder, ModelSizes sizes, RandomLayout layout) {
    Path pattern = Main.home().resolve("demo-model").resolve("model");
    new RandomModel(sizes, pattern, layout).write(folder);
  }
}
