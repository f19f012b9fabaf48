package io.zoetrope.pipeline.family;

import io.zoetrope.clip.ClipVisionModel;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Pictures by way of CLIP.
 *
 * @param processor makes of a picture what the model was trained to see
 */
public record ClipImageEncoder(ClipImageProcessor processor, ClipVisionModel model)
    implements ImageEncoder {
  @Override
  public Tensor encode(Ops ops, VideoFrames picture) {
    return model.forward(ops, ops.tap("pixel_values", processor.process(picture)));
  }
}
