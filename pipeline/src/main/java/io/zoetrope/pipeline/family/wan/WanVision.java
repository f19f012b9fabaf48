package io.zoetrope.pipeline.family.wan;

import io.zoetrope.clip.ClipVisionConfig;
import io.zoetrope.clip.ClipVisionModel;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ClipImageEncoder;
import io.zoetrope.pipeline.family.ClipImageProcessor;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.ImageEncoder;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What looks at pictures for a transformer that attends to some.
 *
 * @param folder of the image encoder
 */
record WanVision(Path folder, ClipVisionConfig config, ClipImageProcessor processor) {
  /**
   * Reads the configurations of a model; empty if its transformer attends to no pictures.
   *
   * @throws PipelineException if a component is missing, or they do not fit each other
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  static Optional<WanVision> of(ModelFolder model, WanConfig transformer) {
    if (transformer.imageDim().isEmpty()) {
      return Optional.empty();
    }
    Path encoder =
        model.component("image_encoder", "CLIPVisionModel", "CLIPVisionModelWithProjection");
    Path processor = model.component("image_processor");
    WanVision vision =
        new WanVision(
            encoder,
            ClipVisionConfig.read(encoder.resolve("config.json")),
            ClipImageProcessor.read(processor.resolve("preprocessor_config.json")));
    vision.requireFits(model, transformer);
    return Optional.of(vision);
  }

  private void requireFits(ModelFolder model, WanConfig transformer) {
    int pictures = transformer.posEmbedSeqLen().isPresent() ? 2 : 1;
    int tokens = pictures * config.tokens();
    int known = transformer.posEmbedSeqLen().orElse(tokens);
    int features = transformer.imageDim().getAsInt();
    if (features != config.hiddenSize() || known != tokens) {
      throw new PipelineException(
          "%s: the transformer attends to %d tokens of %d features, the image encoder makes %d of %d"
              .formatted(model.folder(), known, features, tokens, config.hiddenSize()));
    }
    if (processor.cropSize() != config.imageSize()) {
      throw new PipelineException(
          "%s: the image processor cuts pictures to %d pixels, the image encoder takes %d"
              .formatted(model.folder(), processor.cropSize(), config.imageSize()));
    }
  }

  /** Pictures to embeddings. */
  Component<ImageEncoder> encoder(DType dtype) {
    return new Component<>(
        folder,
        Component.TRANSFORMERS,
        weights -> new ClipImageEncoder(processor, ClipVisionModel.load(config, weights, dtype)));
  }
}
