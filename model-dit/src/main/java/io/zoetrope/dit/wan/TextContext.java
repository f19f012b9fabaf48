package io.zoetrope.dit.wan;

import io.zoetrope.dit.KeyValue;
import io.zoetrope.tensor.Tensor;

/**
 * Keys and values of all that the video attends to by cross-attention. They depend on neither
 * timestep nor latents: {@link WanTransformer#prepare} computes them once for all steps.
 *
 * @param text [blocks, 2 (key, value), text keys, dim]
 * @param bias F32, [1, 1, text keys], added to the scores of the text, or null
 * @param image [blocks, 2 (key, value), image tokens, dim], or null
 */
public record TextContext(Tensor text, Tensor bias, Tensor image) {
  KeyValue text(int block) {
    return keyValue(text, block);
  }

  /** Null without image tokens. */
  KeyValue image(int block) {
    return image == null ? null : keyValue(image, block);
  }

  /** A block's part of the keys and values in all blocks. */
  static KeyValue keyValue(Tensor all, int block) {
    Tensor both = all.select(0, block);
    return new KeyValue(both.select(0, 0), both.select(0, 1));
  }
}
