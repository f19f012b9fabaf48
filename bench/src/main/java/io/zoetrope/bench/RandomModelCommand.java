package io.zoetrope.bench;

import io.zoetrope.bench.ModelConfigs.Published;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes a model folder to measure with. */
@Command(
    name = "random-model",
    description = {
      "Writes a model with the names and shapes of a published one and random weights.",
      "The tokenizer is the demo model's."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class RandomModelCommand implements Callable<Integer> {
  /** Weights are made in memory, file by file. */
  private static final long SHARD_BYTES = 1L << 30;

  @Parameters(paramLabel = "DIR", description = "Folder to write; must not exist.")
  private Path folder;

  @Option(
      names = "--shapes",
      paramLabel = "MODEL",
      defaultValue = "wan-1.3b",
      description =
          "${COMPLETION-CANDIDATES}: whose names and shapes they are (default: ${DEFAULT-VALUE}).")
  private Published shapes;

  @Option(
      names = "--layers",
      paramLabel = "N",
      description = "Layers of the transformer (default: all).")
  private Integer layers;

  @Option(
      names = "--text-layers",
      paramLabel = "N",
      description = "Layers of the text encoder (default: all).")
  private Integer textLayers;

  @Option(
      names = "--vocabulary",
      paramLabel = "N",
      description =
          "Rows of the text encoder's token table; the demo model's tokenizer needs 2048 (default:"
              + " all).")
  private Integer vocabulary;

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
    if (Stream.of(layers, textLayers, vocabulary).anyMatch(count -> count != null && count < 1)) {
      throw new PipelineException("--layers, --text-layers and --vocabulary are at least 1");
    }
    if (!dtype.isComputable()) {
      throw new PipelineException("--dtype %s is neither f32 nor bf16".formatted(dtype));
    }
    if (textType != null && layout != Layout.COMFYUI) {
      throw new PipelineException("--text-type belongs to --layout comfyui: give that, too");
    }
    if (layout == Layout.COMFYUI && shapes != Published.WAN_1_3B) {
      throw new PipelineException(
          "--layout comfyui is for %s alone, not for %s".formatted(Published.WAN_1_3B, shapes));
    }
    ModelConfigs configs =
        with(
            with(
                with(ModelConfigs.of(shapes), "transformer", "num_layers", layers),
                "text_encoder",
                "num_layers",
                textLayers),
            "text_encoder",
            "vocab_size",
            vocabulary);
    write(
        folder,
        configs,
        layout == Layout.COMFYUI
            ? new SingleFiles(textType == TextType.F8_SCALED)
            : new DiffusersFolder(dtype, SHARD_BYTES));
    spec.commandLine().getOut().println("wrote " + folder);
    return 0;
  }

  private static ModelConfigs with(
      ModelConfigs configs, String component, String field, Integer value) {
    return value == null ? configs : configs.with(component, field, value);
  }

  /** Writes a model folder in the layout of diffusers. */
  static void write(Path folder, ModelConfigs configs, DType dtype) {
    write(folder, configs, new DiffusersFolder(dtype, SHARD_BYTES));
  }

  private static void write(Path folder, ModelConfigs configs, RandomLayout layout) {
    Path pattern = Main.home().resolve("demo-model").resolve("model");
    new RandomModel(configs, pattern, layout).write(folder);
  }
}
