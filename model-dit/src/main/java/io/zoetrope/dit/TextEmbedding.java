package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;

/**
 * A prompt as the text encoder leaves it. Padding is not stored: what stands for it is the affair
 * of the model that reads the embedding.
 *
 * @param tokens F32 or BF16, [real tokens, features], on the host or on the device
 * @param length tokens with padding, at least as many as the real ones
 */
public record TextEmbedding(Tensor tokens, int length) {}
