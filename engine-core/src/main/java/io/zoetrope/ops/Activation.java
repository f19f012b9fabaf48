package io.zoetrope.ops;

/** Element-wise functions that can follow another operation without a pass of their own. */
public enum Activation {
  NONE,
  /** {@code x * sigmoid(x)}. */
  SILU,
  /** GELU by its tanh approximation (Hendrycks and Gimpel, 2016, section 2). */
  GELU_TANH,
  /** GELU by the error function. */
  GELU_ERF
}
