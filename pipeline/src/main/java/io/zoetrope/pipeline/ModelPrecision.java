package io.zoetrope.pipeline;

import io.zoetrope.tensor.DType;

/**
 * The number formats that a model computes in.
 *
 * @param dtype of the activations of text encoder and transformer, and of their weights that
 *     diffusers casts: F32 or BF16
 * @param vaeDtype of the activations and weights of the video autoencoder: F32 or BF16
 */
public record ModelPrecision(DType dtype, DType vaeDtype) {}
