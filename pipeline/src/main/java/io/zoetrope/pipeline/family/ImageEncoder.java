package io.zoetrope.pipeline.family;

import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** Turns pictures into what a transformer attends to beside the prompt. */
public interface ImageEncoder {
  /**
   * Encodes a picture.
   *
   * @param picture one frame of any size
   * @return [tokens, features], in the current scope
   */
  Tensor encode(Ops ops, VideoFrames picture);
}
