package io.zoetrope.pipeline.family.wan;

import io.zoetrope.clip.ClipVisionConfig;
import io.zoetrope.clip.ClipVisionModel;
import io.zoetrope.dit.wan.WanConfig;
import io.zoetrope.ops.Residence;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.ClipImageEncoder;
import io.zoetrope.pipeline.family.ClipImageProcessor;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.pipeline.family.ImageEncoder;
import io.zoetrope.pipeline.family.ModelSource;
import io.zoetrope.tensor.DType;
import java.util.Optional;

/**
 * What looks at pictures for a transformer that attends to some.
 *
 * @param model that the image encoder is a component of
 */
record WanVision(ModelSource model, ClipVisionConfig config, ClipImageProcessor processor) {
  private static final String ENCODER = "image_encoder";

  /**
   * Reads the configurations of a model; empty if its transformer attends to no pictures.
   *
   * @throws PipelineException if a component is missing, or they do not fit each other
   * @throws io.zoetrope.config.ConfigException if a configuration is malformed or unsupported
   */
  static Optional<WanVision> of(ModelSource model, WanConfig transformer) {
    if (transformer.imageDim().isEmpty()) {
      return Optional.empty();
    }
    WanVision vision =
        new WanVision(
            model,
            ClipVisionConfig.of(
                model.config(ENCODER, "CLIPVisionModel", "CLIPVisionModelWithProjection")),
            ClipImageProcessor.of(model.config("image_processor")));
    vision.requireFits(transformer);
    return Optional.of(vision);
  }

  private void requireFits(WanConfig transformer) {
    int pictures = transformer.posEmbedSeqLen().isPresent() ? 2 : 1;
    int tokens = pictures * config.tokens();
    int known = transformer.posEmbedSeqLen().orElse(tokens);
    int features = transformer.imageDim().getAsInt();
    if (features != config.hiddenSize() || known != tokens) {
      throw new PipelineException(
          "%s: the transformer attends to %d tokens of %d features, the image encoder makes %d of %d"
              .formatted(model.description(), known, features, tokens, config.hiddenSize()));
    }
    if (processor.cropSize() != config.imageSize()) {
      throw new PipelineException(
          "%s: the image processor cuts pictures to %d pixels, the image encoder takes %d"
              .formatted(model.description(), processor.cropSize(), config.imageSize()));
    }
  }

  /** Pictures to embeddings. */
  Component<ImageEncoder> encoder(DType dtype) {
    return new Component<>(
        () -> model.weights(ENCODER),
        weights ->
            new ClipImageEncoder(
                processor,
                // A picture is looked at once.
                ClipVisionModel.load(config, weights.residing(_ -> Residence.STORED), dtype)));
  }
}
