package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;

/**
 * A prompt as the text encoder leaves it. Padding that the encoder has not embedded is not stored:
 * what stands for it is the affair of the model that reads the embedding.
 *
 * @param tokens F32 or BF16, [tokens, features], on the host or on the device
 * @param length tokens with padding, at least as many as are stored
 * @param real how many of the stored ones, which come first, are the prompt's own; the others are
 *     padding that was embedded
 */
public record TextEmbedding(Tensor tokens, int length, int real) {
  /** A prompt without padding. */
  public TextEmbedding(Tensor tokens, int length) {
    this(tokens, length, tokens.intSize(0));
  }
}
