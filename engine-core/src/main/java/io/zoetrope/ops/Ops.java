package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The operations that models are written in. Checks shapes, dtypes and lifetimes, allocates results
 * in the innermost open {@link Scope}, counts work, and leaves the computing to a {@link Backend}.
 *
 * <p>Tensors have no batch dimension: activations of transformers are [tokens, features], those of
 * video autoencoders [frames, height, width, channels]. Results have the dtype of the first
 * operand. An instance belongs to one thread; an interrupt of that thread ends the next operation
 * with a {@link CancellationException}.
 *
 * <p>Every operation throws {@link IllegalArgumentException}, which names operation, path and both
 * shapes, when operands do not fit each other, and {@link IllegalStateException} when one's memory
 * has been released.
 */
public final class Ops implements AutoCloseable {
  // Arithmetic for each element, as Tracer.Operation counts it
  private static final int LAYER_NORM_FLOPS = 5;
  private static final int RMS_NORM_FLOPS = 4;
  private static final int ROPE_FLOPS = 3;

  private final Backend backend;
  private final Memory memory;
  private final Operands operands;
  private final Work work;

  /** Operations on a backend, which stays the caller's to close. */
  public Ops(Backend backend) {
    this(backend, new Tracer() {});
  }

  /** Operations on a backend, seen by a tracer. */
  public Ops(Backend backend, Tracer tracer) {
    this.backend = backend;
    this.work = new Work(tracer, this);
    this.memory = new Memory(this, backend);
    this.operands = new Operands(memory);
  }

  /** The device that computes. */
  public Backend backend() {
    return backend;
  }

  /**
   * Most bytes of scratch and buffers, and of what the backend keeps for its threads, held so far;
   * weights are not counted.
   */
  public long peakBytes() {
    return memory.peakBytes();
  }

  /**
   * Bytes of the weights that linear maps and convolutions have read so far, each weight once, in
   * the dtype it is used in: what devices hold of a model's weights, but for the vectors.
   */
  public long weightBytes() {
    return memory.weightBytes();
  }

  /** Multiplications and additions of all matrix work so far. */
  public long flops() {
    return work.flops();
  }

  // ---------------------------------------------------------------- memory

  /** Opens a scope inside the current one. */
  public Scope scope(String name) {
    return memory.open(pathOf(name));
  }

  /** Opens a scope for the sake of memory alone: it has the path of the current one. */
  public Scope scope() {
    return memory.open(memory.scope().path());
  }

  private String pathOf(String name) {
    String path = memory.scope().path();
    return path.isEmpty() ? name : path + "/" + name;
  }

  /** Memory for tensors that outlive scopes. */
  public Buffers buffers(String name) {
    return new Buffers(memory, name);
  }

  /** An uninitialised tensor in the current scope. */
  public Tensor allocate(DType dtype, Shape shape) {
    return memory.allocate(dtype, shape);
  }

  /** A copy of a contiguous host tensor in the current scope. */
  public Tensor upload(Tensor host) {
    Tensor out = allocate(host.dtype(), host.shape());
    work.begin();
    backend.upload(out, host);
    work.end("upload", 0, out, host);
    return out;
  }

  /** A copy of a tensor of any strides in host memory, which lives as long as it is reachable. */
  public Tensor download(Tensor x) {
    operands.open("download", x);
    if (!x.isContiguous()) {
      try (var _ = scope("download")) {
        return download(copy(x));
      }
    }
    Tensor host = Tensor.zeros(x.dtype(), x.shape().sizes());
    work.begin();
    backend.download(host, x);
    work.end("download", 0, host, x);
    return host;
  }

  /** A contiguous copy of a view. */
  public Tensor copy(Tensor x) {
    return cast(x, x.dtype(), true);
  }

  /** The same elements in another dtype; the tensor itself if it has that dtype already. */
  public Tensor cast(Tensor x, DType dtype) {
    return cast(x, dtype, false);
  }

  private Tensor cast(Tensor x, DType dtype, boolean always) {
    operands.open("copy", x);
    if (!always && x.dtype() == dtype) {
      return x;
    }
    Tensor out = allocate(dtype, x.shape());
    copyInto(out, x);
    return out;
  }

  /** Copies {@code x} into {@code out}; both may be strided, and the dtypes may differ. */
  public void copyInto(Tensor out, Tensor x) {
    operands.open("copy", x, out);
    operands.require(out.shape().equals(x.shape()), "copy", "from %s to %s: shapes differ", x, out);
    work.begin();
    backend.copy(out, x);
    work.end("copy", 0, out, x);
  }

  /** Sets every element of a tensor, which may be strided. */
  public void fill(Tensor out, float value) {
    operands.open("fill", out);
    work.begin();
    backend.fill(out, value);
    work.end("fill", 0, out);
  }

  // ---------------------------------------------------------------- element-wise

  /** {@code a + b}; the shape of {@code b} equals the innermost dimensions of {@code a}. */
  public Tensor add(Tensor a, Tensor b) {
    operands.repeats("add", a, b);
    Tensor out = allocate(a.dtype(), a.shape());
    work.begin();
    backend.add(out, a, b);
    work.end("add", 0, out.count(), out, a, b);
    return out;
  }

  /** {@code x += y}; the shape of {@code y} equals the innermost dimensions of {@code x}. */
  public void addInPlace(Tensor x, Tensor y) {
    operands.repeats("addInPlace", x, y);
    work.begin();
    backend.add(x, x, y);
    work.end("addInPlace", 0, x.count(), x, x, y);
  }

  /** {@code a * b}; the shape of {@code b} equals the innermost dimensions of {@code a}. */
  public Tensor multiply(Tensor a, Tensor b) {
    operands.repeats("multiply", a, b);
    Tensor out = allocate(a.dtype(), a.shape());
    work.begin();
    backend.multiply(out, a, b);
    work.end("multiply", 0, out.count(), out, a, b);
    return out;
  }

  /** {@code activation(x)}. */
  public Tensor activate(Tensor x, Activation activation) {
    operands.contiguous("activate", x);
    Tensor out = allocate(x.dtype(), x.shape());
    work.begin();
    backend.activate(out, x, activation);
    work.end("activate", 0, out, x);
    return out;
  }

  /** Limits every element to [min, max], in place; NaN stays NaN. */
  public void clampInPlace(Tensor x, float min, float max) {
    operands.contiguous("clampInPlace", x);
    operands.require(min <= max, "clampInPlace", "range [%s, %s] is empty", min, max);
    work.begin();
    backend.clampInPlace(x, min, max);
    work.end("clampInPlace", 0, x, x);
  }

  // ---------------------------------------------------------------- matrix work

  /**
   * {@code activation(x weight^T + bias)}.
   *
   * @param x [..., in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   * @return [..., out features]
   */
  public Tensor linear(Tensor x, Tensor weight, Tensor bias, Activation activation) {
    operands.linear("linear", x, weight, bias);
    memory.noteWeight(weight);
    Tensor out = allocate(x.dtype(), x.shape().withLast(weight.size(0)));
    work.begin();
    backend.linear(
        out.reshape(-1, weight.size(0)), x.reshape(-1, x.size(-1)), weight, bias, activation);
    work.end("linear", 2 * x.count() * weight.size(0), out, x, weight, bias);
    return out;
  }

  /**
   * Several linear maps of the same {@code x}, each as {@link #linear} without activation.
   *
   * @param x [rows, in features]
   * @param weights each [out features of its own, in features]
   * @param biases as many as weights, each [out features] or null
   * @return as many as weights, each [rows, out features]
   */
  public List<Tensor> linears(Tensor x, List<Tensor> weights, List<Tensor> biases) {
    String name = "linears";
    operands.require(
        !weights.isEmpty() && weights.size() == biases.size() && x.shape().rank() == 2,
        name,
        "x %s with %d weights and %d biases",
        x,
        weights.size(),
        biases.size());
    List<Tensor> outs = new ArrayList<>();
    long columns = 0;
    for (int i = 0; i < weights.size(); i++) {
      Tensor weight = weights.get(i);
      operands.linear(name, x, weight, biases.get(i));
      memory.noteWeight(weight);
      outs.add(allocate(x.dtype(), Shape.of(x.size(0), weight.size(0))));
      columns += weight.size(0);
    }
    work.begin();
    backend.linears(outs, x, weights, biases);
    work.end(
        name,
        2 * x.count() * columns,
        0,
        new Tracer.Operand(x.dtype(), Shape.of(x.size(0), columns)),
        Stream.of(List.of(x), weights, biases).flatMap(List::stream).toArray(Tensor[]::new));
    return outs;
  }

  /**
   * {@code out += gate * (x weight^T + bias)}; product and sum are rounded, as by {@link #linear}
   * and {@link #addGatedInPlace}, or {@link #addInPlace} without a gate.
   *
   * @param out [rows, out features], changed in place; apart from x
   * @param x [rows, in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   * @param gate F32, [out features] or [rows, out features], rows may be strided; null for 1
   */
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    String name = "linearAddInPlace";
    takesProduct(name, out, x, weight, bias);
    if (gate != null) {
      operands.modulation(name, "gate", out, gate);
    }
    memory.noteWeight(weight);
    work.begin();
    backend.linearAddInPlace(out, x, weight, bias, gate);
    long elementFlops = (gate == null ? 1 : 2) * out.count();
    long matrixFlops = 2 * x.count() * weight.size(0);
    work.end(name, matrixFlops, elementFlops, out, out, x, weight, bias, gate);
  }

  /**
   * {@code out *= x weight^T + bias}; the product is rounded first, as by {@link #linear}. With an
   * activated {@link #linear} before it this is a gated linear unit (Shazeer, 2020).
   *
   * @param out [rows, out features], changed in place; apart from x
   * @param x [rows, in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   */
  public void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    String name = "linearMultiplyInPlace";
    takesProduct(name, out, x, weight, bias);
    memory.noteWeight(weight);
    work.begin();
    backend.linearMultiplyInPlace(out, x, weight, bias);
    work.end(name, 2 * x.count() * weight.size(0), out.count(), out, out, x, weight, bias);
  }

  /** {@code out} can take up the product of a matrix. */
  private void takesProduct(String name, Tensor out, Tensor x, Tensor weight, Tensor bias) {
    operands.linear(name, x, weight, bias);
    operands.sum(name, out, x, x.shape().withLast(weight.size(0)));
    operands.require(x.shape().rank() == 2, name, "x %s is not a matrix", x);
  }

  /**
   * Rows of a table.
   *
   * @param table [entries, features]
   * @return [ids, features] of the given dtype
   */
  public Tensor embedding(Tensor table, int[] ids, DType dtype) {
    operands.weight("embedding", table);
    operands.require(table.shape().rank() == 2, "embedding", "table %s is not a matrix", table);
    for (int id : ids) {
      operands.require(
          id >= 0 && id < table.size(0), "embedding", "id %d is outside the table %s", id, table);
    }
    Tensor out = allocate(dtype, Shape.of(ids.length, table.size(1)));
    work.begin();
    backend.embedding(out, table, ids);
    work.end("embedding", 0, out, out);
    return out;
  }

  /**
   * Scaled dot-product attention, {@code softmax(scale * q k^T + bias) v} for each head (Vaswani et
   * al., 2017, section 3.2).
   *
   * @param q [queries, heads * head dim]; rows may be strided, as those of k and v
   * @param k [keys, heads * head dim]
   * @param v [keys, heads * head dim]
   * @param bias F32, [heads or 1, queries or 1, keys], or null
   * @return [queries, heads * head dim]
   */
  public Tensor attention(Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    operands.attention("attention", q, k, v, heads, bias);
    Tensor out = allocate(q.dtype(), q.shape());
    memory.noteWorkspace("attention", backend.attentionWorkspaceBytes(q, k, heads));
    work.begin();
    backend.attention(out, q, k, v, heads, scale, bias);
    work.end("attention", 4 * q.count() * k.size(0), out, q, k, v, bias);
    return out;
  }

  /**
   * 3D convolution over channels-last video, as if {@code history} stood in front of {@code x}.
   *
   * @param x [frames, height, width, in channels]
   * @param history [any number of frames, height, width, in channels], or null
   * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
   * @param bias [out channels] or null
   * @return [frames out, height out, width out, out channels]
   */
  public Tensor conv3d(
      Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    Shape shape = operands.convolution("conv3d", x, history, weight, bias, geometry);
    Tensor out = allocate(x.dtype(), shape);
    noteConvolution(out, x, weight, geometry);
    work.begin();
    backend.conv3d(out, x, history, weight, bias, geometry, null);
    long matrixFlops = 2 * out.count() * (weight.count() / weight.size(0));
    work.end("conv3d", matrixFlops, out, x, history, weight, bias);
    return out;
  }

  /**
   * As {@link #conv3d}, with the rounded result added to {@code out}.
   *
   * @param out [frames out, height out, width out, out channels], changed in place; apart from x
   *     and history
   */
  public void conv3dAddInPlace(
      Tensor out, Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    String name = "conv3dAddInPlace";
    operands.sum(name, out, x, operands.convolution(name, x, history, weight, bias, geometry));
    noteConvolution(out, x, weight, geometry);
    work.begin();
    backend.conv3d(out, x, history, weight, bias, geometry, out);
    long matrixFlops = 2 * out.count() * (weight.count() / weight.size(0));
    work.end(name, matrixFlops, out.count(), out, out, x, history, weight, bias);
  }

  private void noteConvolution(Tensor out, Tensor x, Tensor weight, ConvGeometry geometry) {
    memory.noteWeight(weight, backend.convolutionWeightBytes(x, weight, geometry));
    memory.noteWorkspace("conv3d", backend.convolutionWorkspaceBytes(out, x, weight, geometry));
  }

  /**
   * Nearest-neighbour resize of [frames, height, width, channels].
   *
   * @param exact torch's {@code nearest-exact} (pixel centres) instead of {@code nearest}
   * @return [frames out, height out, width out, channels]
   */
  public Tensor upsampleNearest(Tensor x, long frames, long height, long width, boolean exact) {
    operands.contiguous("upsampleNearest", x);
    operands.require(x.shape().rank() == 4, "upsampleNearest", "x %s is not a video", x);
    Tensor out = allocate(x.dtype(), Shape.of(frames, height, width, x.size(3)));
    work.begin();
    backend.upsampleNearest(out, x, exact);
    work.end("upsampleNearest", 0, out, x);
    return out;
  }

  // ---------------------------------------------------------------- norms and positions

  /**
   * Layer normalisation over the last dimension (Ba et al., 2016).
   *
   * @param weight [features] or null
   * @param bias [features] or null
   */
  public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
    operands.contiguous("layerNorm", x);
    operands.vector("layerNorm", "weight", weight, x.size(-1));
    operands.vector("layerNorm", "bias", bias, x.size(-1));
    Tensor out = allocate(x.dtype(), x.shape());
    work.begin();
    backend.layerNorm(out, x, weight, bias, eps);
    long affine = (weight == null ? 0 : 1) + (bias == null ? 0 : 1);
    work.end("layerNorm", 0, (LAYER_NORM_FLOPS + affine) * x.count(), out, x, weight, bias);
    return out;
  }

  /**
   * {@code layerNorm(x) * (1 + scale) + shift}, rounded once (adaLN; Peebles and Xie, 2023).
   *
   * @param x [rows, features]
   * @param shift F32, [features] or [rows, features]; rows may be strided
   * @param scale as {@code shift}
   */
  public Tensor adaLayerNorm(Tensor x, Tensor shift, Tensor scale, float eps) {
    operands.contiguous("adaLayerNorm", x);
    operands.modulation("adaLayerNorm", "shift", x, shift);
    operands.modulation("adaLayerNorm", "scale", x, scale);
    Tensor out = allocate(x.dtype(), x.shape());
    work.begin();
    backend.adaLayerNorm(out, x, shift, scale, eps);
    work.end("adaLayerNorm", 0, (LAYER_NORM_FLOPS + 2) * x.count(), out, x, shift, scale);
    return out;
  }

  /**
   * Root mean square normalisation over the last dimension (Zhang and Sennrich, 2019).
   *
   * @param weight [features]
   */
  public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
    operands.contiguous("rmsNorm", x);
    operands.vector("rmsNorm", "weight", weight, x.size(-1));
    Tensor out = allocate(x.dtype(), x.shape());
    work.begin();
    backend.rmsNorm(out, x, weight, eps);
    work.end("rmsNorm", 0, RMS_NORM_FLOPS * x.count(), out, x, weight);
    return out;
  }

  /**
   * {@code activation(x / max(|x|, 1e-12) * sqrt(channels) * gamma)} with the Euclidean norm over
   * the last dimension ({@code WanRMS_norm} in diffusers).
   *
   * @param gamma [channels]
   */
  public Tensor channelNorm(Tensor x, Tensor gamma, Activation activation) {
    operands.contiguous("channelNorm", x);
    return channelNorm(allocate(x.dtype(), x.shape()), x, gamma, activation);
  }

  /** As {@link #channelNorm}, with the result in the place of {@code x}. */
  public void channelNormInPlace(Tensor x, Tensor gamma, Activation activation) {
    operands.contiguous("channelNorm", x);
    channelNorm(x, x, gamma, activation);
  }

  private Tensor channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
    operands.vector("channelNorm", "gamma", gamma, x.size(-1));
    work.begin();
    backend.channelNorm(out, x, gamma, activation);
    work.end("channelNorm", 0, RMS_NORM_FLOPS * x.count(), out, x, gamma);
    return out;
  }

  /**
   * Rotates the pairs (2i, 2i+1) of every head (RoPE; Su et al., 2021).
   *
   * @param x [tokens, heads * head dim], changed in place
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    operands.rope("ropeInPlace", x, cos, sin, heads);
    work.begin();
    backend.ropeInPlace(x, cos, sin, heads);
    work.end("ropeInPlace", 0, ROPE_FLOPS * x.count(), x, x, cos, sin);
  }

  /**
   * {@link #rmsNorm} over all heads together, then {@link #ropeInPlace}; both are rounded.
   *
   * @param x [tokens, heads * head dim], changed in place
   * @param weight [heads * head dim]
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  public void rmsNormRopeInPlace(
      Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    operands.rope("rmsNormRopeInPlace", x, cos, sin, heads);
    operands.vector("rmsNormRopeInPlace", "weight", weight, x.size(-1));
    work.begin();
    backend.rmsNormRope(x, x, weight, eps, cos, sin, heads);
    long elementFlops = (RMS_NORM_FLOPS + ROPE_FLOPS) * x.count();
    work.end("rmsNormRopeInPlace", 0, elementFlops, x, x, weight, cos, sin);
  }

  /**
   * {@code x += y * gate}, rounded once.
   *
   * @param x [rows, features], changed in place
   * @param y [rows, features]
   * @param gate F32, [features] or [rows, features]; rows may be strided
   */
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    operands.contiguous("addGatedInPlace", x);
    operands.contiguous("addGatedInPlace", y);
    operands.require(x.shape().equals(y.shape()), "addGatedInPlace", "x %s and y %s differ", x, y);
    operands.modulation("addGatedInPlace", "gate", x, gate);
    work.begin();
    backend.addGatedInPlace(x, y, gate);
    work.end("addGatedInPlace", 0, 2 * x.count(), x, x, y, gate);
  }

  // ---------------------------------------------------------------- samplers and pictures

  /**
   * {@code out = weights[0] * terms[0] + weights[1] * terms[1] + ...}, summed in float64: guidance,
   * and every step of a scheduler.
   *
   * @param out may be one of the terms
   * @param weights as many as terms, finite
   * @param terms between 1 and {@link Backend#MAX_TERMS}, of the shape of {@code out}, each F32 or
   *     BF16
   */
  public void linearCombinationInto(Tensor out, double[] weights, Tensor... terms) {
    String name = "linearCombinationInto";
    operands.contiguous(name, out);
    operands.contiguous(name, terms);
    operands.require(
        weights.length == terms.length && terms.length > 0 && terms.length <= Backend.MAX_TERMS,
        name,
        "%d weights and %d terms are not the same number from 1 to %d",
        weights.length,
        terms.length,
        Backend.MAX_TERMS);
    for (int i = 0; i < terms.length; i++) {
      operands.require(
          terms[i].shape().equals(out.shape()) && Double.isFinite(weights[i]),
          name,
          "term %s with weight %s does not fit out %s",
          terms[i],
          weights[i],
          out);
    }
    work.begin();
    backend.linearCombination(out, weights, List.of(terms));
    work.end(name, 0, (2 * terms.length - 1) * out.count(), out, terms);
  }

  /**
   * Sines and cosines of timesteps, as {@link Backend#timestepEmbedding} says.
   *
   * @param timesteps F32, [timesteps]
   * @return F32, [timesteps, channels]
   */
  public Tensor timestepEmbedding(
      Tensor timesteps, int channels, boolean flipSinToCos, float downscaleFreqShift) {
    String name = "timestepEmbedding";
    operands.contiguous(name, timesteps);
    operands.require(
        timesteps.dtype() == DType.F32 && timesteps.shape().rank() == 1 && channels > 0,
        name,
        "timesteps %s for %d channels are not a vector of F32",
        timesteps,
        channels);
    operands.require(
        channels < 2 || downscaleFreqShift < channels / 2,
        name,
        "%d frequencies have no spacing with a shift of %s",
        channels / 2,
        downscaleFreqShift);
    Tensor out = allocate(DType.F32, Shape.of(timesteps.size(0), channels));
    work.begin();
    backend.timestepEmbedding(out, timesteps, flipSinToCos, downscaleFreqShift);
    work.end(name, 0, out, timesteps);
    return out;
  }

  /**
   * Pictures as networks see them, from -1 to 1, become pictures as people see them: {@code 255 *
   * clamp(x / 2 + 0.5, 0, 1)}, rounded half to even ({@code VideoProcessor} in diffusers).
   *
   * @param x finite values
   * @return U8, of the shape of {@code x}
   */
  public Tensor toPixels(Tensor x) {
    operands.contiguous("toPixels", x);
    Tensor out = allocate(DType.U8, x.shape());
    work.begin();
    backend.toPixels(out, x);
    work.end("toPixels", 0, out, x);
    return out;
  }

  /** Whether all elements are finite; waits for the result. */
  public boolean isFinite(Tensor x) {
    operands.contiguous("isFinite", x);
    work.begin();
    boolean finite = backend.isFinite(x);
    work.end("isFinite", 0, 0, new Tracer.Operand(DType.BOOL, Shape.of(1)), x);
    return finite;
  }

  // ---------------------------------------------------------------- observation

  /** Shows a result to the tracer under the current path; returns it unchanged. */
  public Tensor tap(String name, Tensor tensor) {
    String path = pathOf(name);
    if (work.tracer().wants(path)) {
      show(path, tensor);
    }
    return tensor;
  }

  /** Computes a result for the tracer only, when it wants one of this name. */
  public void tap(String name, Supplier<Tensor> tensor) {
    tapAt(pathOf(name), tensor);
  }

  /**
   * Computes the result of the current scope for the tracer only, when it wants one of its path:
   * for scopes whose result goes straight into a sum.
   */
  public void tap(Supplier<Tensor> tensor) {
    tapAt(memory.scope().path(), tensor);
  }

  private void tapAt(String path, Supplier<Tensor> tensor) {
    if (work.tracer().wants(path)) {
      try (var _ = memory.open(path)) {
        show(path, tensor.get());
      }
    }
  }

  private void show(String path, Tensor tensor) {
    boolean onHost = tensor.storage() instanceof HostStorage;
    work.tracer().tensor(path, onHost ? tensor : download(tensor));
  }

  // ---------------------------------------------------------------- internals

  Memory memory() {
    return memory;
  }

  Work work() {
    return work;
  }

  Tensor keep(Scope closing, Tensor tensor) {
    operands.open("keep", tensor);
    if (tensor.lifetime() != closing) {
      closing.close();
      return tensor;
    }
    return memory.keep(closing, tensor.isContiguous() ? tensor : copy(tensor));
  }

  /** Moves a tensor whose scope was closed into the enclosing one. */
  void move(Tensor out, Tensor kept) {
    work.begin();
    backend.move(out, kept);
    work.end("move", 0, out, kept);
  }

  /** Releases all scratch memory. */
  @Override
  public void close() {
    memory.close();
  }
}
