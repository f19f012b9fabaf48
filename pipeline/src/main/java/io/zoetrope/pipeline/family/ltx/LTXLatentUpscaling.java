package io.zoetrope.pipeline.family.ltx;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.LatentUpscaling;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.vae.LatentUpscaler;
import io.zoetrope.vae.ltx.LTXLatentUpsamplerConfig;
import io.zoetrope.vae.ltx.LTXLatentUpsamplerModel;
import io.zoetrope.vae.ltx.LatentUpsampler;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Files;
import java.util.function.Supplier;

/** Finds the network of {@code LTXLatentUpsamplePipeline} in a folder. */
final class LTXLatentUpscaling {
  private static final String COMPONENT = "latent_upsampler";
  private static final String CLASS_NAME = "LTXLatentUpsamplerModel";
  private static final String CONFIG = "config.json";

  private LTXLatentUpscaling() {}

  /** Reads the network's configuration, in the folder of a pipeline or in its own. */
  static Component<LatentUpscaler> of(LatentUpscaling asked, DType dtype) {
    if (ModelFolder.isModel(asked.folder())) {
      ModelFolder pipeline = ModelFolder.open(asked.folder());
      return component(
          pipeline.config(COMPONENT, CLASS_NAME), () -> pipeline.weights(COMPONENT), asked, dtype);
    }
    if (!Files.isRegularFile(asked.folder().resolve(CONFIG))) {
      throw new PipelineException(
          "%s is no folder of a %s: it has neither model_index.json nor %s"
              .formatted(asked.folder(), CLASS_NAME, CONFIG));
    }
    return component(
        JsonConfig.read(asked.folder().resolve(CONFIG)),
        () -> Checkpoint.open(asked.folder(), ModelFolder.DIFFUSERS),
        asked,
        dtype);
  }

  private static Component<LatentUpscaler> component(
      JsonConfig json, Supplier<WeightSource> weights, LatentUpscaling asked, DType dtype) {
    LTXLatentUpsamplerConfig config = LTXLatentUpsamplerConfig.of(json);
    return new Component<>(
        weights,
        loaded ->
            new LatentUpsampler(
                new LTXLatentUpsamplerModel(config, loaded.roundedTo(dtype)),
                dtype,
                asked.adainFactor(),
                asked.toneMapCompressionRatio()));
  }
}
