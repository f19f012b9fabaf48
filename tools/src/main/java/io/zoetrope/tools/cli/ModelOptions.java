package io.zoetrope.tools.cli;

import io.zoetrope.VideoPipeline;
import io.zoetrope.ops.Backend;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.pipeline.family.CachedPrompts;
import io.zoetrope.pipeline.family.ModelSource;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Which model makes clips, changed by which LoRA files, on which device, and in which number
 * formats.
 */
final class ModelOptions {
  @Mixin private ModelOption model;

  @Mixin private LoraOptions loras;

  @Mixin private DeviceOptions device;

  @Mixin private PrecisionOption precision;

  @Mixin private VaePrecisionOption vae;

  @Mixin private WeightOptions weights;

  @Option(
      names = "--no-prompt-cache",
      description =
          "Encode prompts anew. Otherwise embeddings of large text encoders are kept in the user's"
              + " cache folder, zoetrope/prompts, at most 1 GiB.")
  private boolean noPromptCache;

  @Option(
      names = "--verbose",
      description = "Say more: why no faster kernels compute, for instance.")
  private boolean verbose;

  /**
   * Opens the device and the model.
   *
   * @param retention what becomes of weights behind a stage
   */
  OpenModel open(WeightRetention retention) {
    Backend backend = device.open();
    VideoPipeline pipeline = null;
    try {
      ModelPrecision precisions = new ModelPrecision(precision.dtype(), vae.dtype());
      ModelSource changed =
          weights.applyTo(loras.applyTo(model.source()), precision.dtype(), backend);
      ModelSource source = noPromptCache ? changed : new CachedPrompts(changed);
      pipeline = VideoPipeline.open(source, backend, precisions, retention);
      return new OpenModel(source.name() + ", " + precision, backend, pipeline, verbose);
    } finally {
      if (pipeline == null) {
        backend.close();
      }
    }
  }

  /** Whether the machine chooses the device. */
  boolean isDeviceAutomatic() {
    return device.isAutomatic();
  }
}
