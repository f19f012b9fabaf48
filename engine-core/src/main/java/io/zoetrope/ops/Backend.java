package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Optional;

/**
 * What a device does. {@link Ops} has checked shapes, dtypes and lifetimes and has allocated the
 * outputs, so a backend only computes.
 *
 * <p>Unless said otherwise, activations are F32 or BF16, inputs and outputs are contiguous, an
 * output does not overlap an input, sums are taken in float32 or wider, and each result is rounded
 * once, when it is stored. A fused operation rounds wherever the operations that it stands for
 * store a result. {@link ReferenceBackend} is the definition of every operation.
 */
public interface Backend extends AutoCloseable {
  /** The most terms of a {@link #linearCombination}. */
  int MAX_TERMS = 8;

  /** Name for logs and reports, e.g. {@code "cpu (vector, 256 bit, 2 threads)"}. */
  String name();

  /**
   * Why this is not the next faster way of computing that the device's backends know, in one line;
   * empty if nothing stands against that way, or there is none.
   */
  default Optional<String> limit() {
    return Optional.empty();
  }

  /**
   * What this device can do at best, measured at the first call, which takes about a second. Empty
   * for backends whose speed is of no interest: those that define or count operations.
   */
  default Optional<Roofline> roofline() {
    return Optional.empty();
  }

  /**
   * Whether weights and scratch lie in the memory of the machine, not in one of the device's own.
   */
  default boolean computesInMainMemory() {
    return true;
  }

  /** A block of scratch memory; its content is undefined. */
  Storage allocate(long bytes);

  /** Gives back a block from {@link #allocate}. */
  void free(Storage storage);

  /**
   * Makes a weight usable on this device, under the same shape. The result lives as long as the
   * weight it was made from.
   *
   * @param weight a contiguous host tensor of any convertible dtype
   * @param rounding what wider elements are rounded to; {@code F32} leaves them as they are stored
   */
  Tensor place(Tensor weight, DType rounding);

  /** Copies a contiguous host tensor into {@code out} of the same dtype and shape. */
  void upload(Tensor out, Tensor host);

  /** Copies {@code x} into a contiguous host tensor of the same dtype and shape. */
  void download(Tensor host, Tensor x);

  /** Element-wise copy between tensors of the same shape and any strides, with conversion. */
  void copy(Tensor out, Tensor x);

  /**
   * Copies a contiguous {@code x} to a contiguous {@code out} of the same dtype; they may overlap.
   */
  void move(Tensor out, Tensor x);

  /** Sets every element of {@code out}, which may be strided. */
  void fill(Tensor out, float value);

  /**
   * {@code out = a + b}; {@code b} repeats over the leading dimensions of {@code a}; {@code out}
   * may be {@code a}.
   */
  void add(Tensor out, Tensor a, Tensor b);

  /**
   * {@code out = a * b}; {@code b} repeats over the leading dimensions of {@code a}; {@code out}
   * may be {@code a}.
   */
  void multiply(Tensor out, Tensor a, Tensor b);

  /** {@code out = activation(x)}; {@code out} may be {@code x}. */
  void activate(Tensor out, Tensor x, Activation activation);

  /** Limits every element of a contiguous {@code x} to [min, max], in place; NaN stays NaN. */
  void clampInPlace(Tensor x, float min, float max);

  /**
   * {@code out = activation(x weight^T + bias)}.
   *
   * @param out [rows, out features]
   * @param x [rows, in features]
   * @param weight [out features, in features], any convertible dtype
   * @param bias [out features] or null
   */
  void linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation);

  /**
   * Several linear maps of the same {@code x}: {@code outs[i] = x weights[i]^T + biases[i]}, each
   * as {@link #linear}.
   *
   * @param biases as many as weights; each may be null
   */
  default void linears(List<Tensor> outs, Tensor x, List<Tensor> weights, List<Tensor> biases) {
    for (int i = 0; i < outs.size(); i++) {
      linear(outs.get(i), x, weights.get(i), biases.get(i), Activation.NONE);
    }
  }

  /**
   * {@code out += gate * round(x weight^T + bias)}: the product is rounded to the dtype of {@code
   * out} before the rest, the sum once more.
   *
   * @param out [rows, out features]
   * @param x [rows, in features]
   * @param weight [out features, in features], any convertible dtype
   * @param bias [out features] or null
   * @param gate F32, [out features] or [rows, out features], rows may be strided; null for 1
   */
  void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate);

  /**
   * {@code out *= round(x weight^T + bias)}: the product is rounded to the dtype of {@code out}
   * first, the result once more.
   *
   * @param out [rows, out features]
   * @param x [rows, in features]
   * @param weight [out features, in features], any convertible dtype
   * @param bias [out features] or null
   */
  void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias);

  /**
   * Row {@code ids[i]} of {@code table} becomes row {@code i} of {@code out}.
   *
   * @param table [entries, features], any convertible dtype
   */
  void embedding(Tensor out, Tensor table, int[] ids);

  /**
   * {@code softmax(scale * q k^T + bias) v} for each head.
   *
   * @param out [queries, heads * head dim]
   * @param q [queries, heads * head dim]; rows may be strided, as those of k and v
   * @param k [keys, heads * head dim]
   * @param v [keys, heads * head dim]
   * @param bias F32, [heads or 1, queries or 1, keys], or null
   */
  void attention(Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias);

  /**
   * Bytes that this backend keeps beside all tensors once its threads have run such an {@link
   * #attention}; others use the same memory.
   */
  default long attentionWorkspaceBytes(Tensor q, Tensor k, int heads) {
    return 0;
  }

  /**
   * 3D convolution over channels-last video, as if {@code history} stood in front of {@code x};
   * with a residual the result is rounded, added to it, and rounded again.
   *
   * @param out [frames out, height out, width out, out channels]
   * @param x [frames, height, width, in channels]
   * @param history [any number of frames, height, width, in channels] or null
   * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
   * @param bias [out channels] or null
   * @param residual of the shape and dtype of {@code out}, {@code out} itself, or null
   */
  void conv3d(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual);

  /**
   * Bytes that the weight of a {@link #conv3d} takes in the form in which this backend multiplies
   * by it.
   */
  default long convolutionWeightBytes(Tensor x, Tensor weight, ConvGeometry geometry) {
    return Memory.usedBytes(weight);
  }

  /**
   * Bytes that this backend keeps beside all tensors once its threads have run such a {@link
   * #conv3d}; other convolutions use the same memory.
   */
  default long convolutionWorkspaceBytes(
      Tensor out, Tensor x, Tensor weight, ConvGeometry geometry) {
    return 0;
  }

  /**
   * Nearest-neighbour resize of [frames, height, width, channels] to the shape of {@code out}.
   *
   * @param exact torch's {@code nearest-exact} (pixel centres) instead of {@code nearest}
   */
  void upsampleNearest(Tensor out, Tensor x, boolean exact);

  /**
   * Normalises the last dimension to mean 0 and variance 1, then applies weight and bias if given.
   */
  void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps);

  /**
   * {@code layerNorm(x) * (1 + scale) + shift}, rounded once.
   *
   * @param shift F32, [features] or [rows, features]; rows may be strided
   * @param scale as {@code shift}
   */
  void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps);

  /** {@code x / sqrt(mean(x^2) + eps) * weight} over the last dimension. */
  void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps);

  /**
   * {@link #rmsNorm}, rounded, then {@link #ropeInPlace}; {@code out} may be {@code x}.
   *
   * @param out [tokens, heads * head dim]
   * @param weight [heads * head dim]
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads);

  /**
   * {@code activation(x / max(|x|, 1e-12) * sqrt(channels) * gamma)} with the Euclidean norm over
   * the last dimension: the norm of the Wan VAE.
   *
   * <p>{@code out} may be {@code x}.
   *
   * @param gamma [channels]
   */
  void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation);

  /**
   * Rotates the pairs (2i, 2i+1) of every head.
   *
   * @param x [tokens, heads * head dim], changed in place
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads);

  /**
   * {@code x += y * gate}, rounded once.
   *
   * @param gate F32, [features] or [rows, features]; rows may be strided
   */
  void addGatedInPlace(Tensor x, Tensor y, Tensor gate);

  /**
   * {@code out = weights[0] * terms[0] + weights[1] * terms[1] + ...}, summed in float64.
   *
   * @param out of the shape of all terms; may be one of them
   * @param weights as many as terms, finite
   * @param terms between 1 and {@link #MAX_TERMS}, F32 or BF16, each of its own
   */
  void linearCombination(Tensor out, double[] weights, List<Tensor> terms);

  /**
   * Sines and cosines of timesteps at {@code channels / 2} frequencies between 1 and 1 / 10000
   * ({@code get_timestep_embedding} in diffusers; Ho et al., 2020). A frequency, and its product
   * with a timestep, are rounded to float32, as they are there: at timesteps near 1000 the last bit
   * of a frequency is visible in the fifth digit of the result.
   *
   * @param out F32, [timesteps, channels]; of an odd number the last channel is zero
   * @param timesteps F32, [timesteps]; beyond 2^20 results may be less accurate
   * @param flipSinToCos whether cosines come before sines
   * @param downscaleFreqShift taken from the number of frequencies in the exponent's denominator;
   *     less than it
   */
  void timestepEmbedding(
      Tensor out, Tensor timesteps, boolean flipSinToCos, float downscaleFreqShift);

  /**
   * Pictures as networks see them become pictures as people see them: {@code 255 * clamp(x / 2 +
   * 0.5, 0, 1)}, rounded half to even.
   *
   * @param out U8, of the shape of {@code x}
   * @param x finite values, F32 or BF16
   */
  void toPixels(Tensor out, Tensor x);

  /** Whether all elements of {@code x}, F32 or BF16, are finite; waits for the result. */
  boolean isFinite(Tensor x);

  /** Releases threads and device resources. */
  @Override
  void close();
}
