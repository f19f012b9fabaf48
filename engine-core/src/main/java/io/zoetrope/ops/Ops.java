package io.zoetrope.ops;

import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.ops.CopyOperation.Fill;
import io.zoetrope.ops.ElementOperation.Activate;
import io.zoetrope.ops.ElementOperation.Add;
import io.zoetrope.ops.ElementOperation.Clamp;
import io.zoetrope.ops.ElementOperation.Embedding;
import io.zoetrope.ops.ElementOperation.Multiply;
import io.zoetrope.ops.ElementOperation.UpsampleNearest;
import io.zoetrope.ops.LinearMap.Linear;
import io.zoetrope.ops.LinearMap.LinearAdd;
import io.zoetrope.ops.LinearMap.LinearMultiply;
import io.zoetrope.ops.LinearMap.Linears;
import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.ops.SamplerOperation.IsFinite;
import io.zoetrope.ops.SamplerOperation.LinearCombination;
import io.zoetrope.ops.SamplerOperation.MeanDistance;
import io.zoetrope.ops.SamplerOperation.TimestepEmbedding;
import io.zoetrope.ops.SamplerOperation.ToPixels;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;

/**
 * The operations that models are written in. Each method makes an {@link Operation}, which checks
 * shapes, dtypes and lifetimes and has its result in the innermost open {@link Scope}, counts its
 * work, and leaves the computing to a {@link Backend}.
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
  private final Backend backend;
  private final Memory memory;
  private final Operands operands;
  private final Work work;
  private final Taps taps;

  /** Operations on a backend, which stays the caller's to close. */
  public Ops(Backend backend) {
    this(backend, Tracer.NONE);
  }

  /** Operations on a backend, seen by a tracer. */
  public Ops(Backend backend, Tracer tracer) {
    this.backend = backend;
    this.work = new Work(tracer, this);
    this.memory = new Memory(this, backend);
    this.operands = new Operands(memory);
    this.taps = new Taps(this, memory, work);
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
   * the dtype it is used in: what devices hold of a model's weights, but for the vectors. Most at a
   * time, where weights were forgotten.
   */
  public long weightBytes() {
    return memory.peakWeightBytes();
  }

  /** Whether somebody looks at operations or at results on the way. */
  public boolean isWatched() {
    return work.tracer().isWatching();
  }

  /** Says that all weights that were read so far are closed, and others follow. */
  public void forgetWeights() {
    memory.forgetWeights();
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

  /**
   * Counts memory of this machine that the caller holds from now on, beside scopes and buffers, as
   * a part of {@link #peakBytes}.
   */
  public void countHeld(long bytes) {
    memory.countHeld(bytes);
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
    work.endTransfer("upload", out, host);
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
    downloadInto(host, x);
    return host;
  }

  /**
   * Copies a tensor into one in host memory.
   *
   * @param host contiguous, of the shape and dtype of {@code x}
   * @param x contiguous
   */
  public void downloadInto(Tensor host, Tensor x) {
    operands.open("download", x);
    work.begin();
    backend.download(host, x);
    work.endTransfer("download", host, x);
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

  /**
   * Copies {@code x} into {@code out}; both may be strided, and the dtypes may differ. {@code x}
   * may be in host memory, wherever the device has its own.
   */
  public void copyInto(Tensor out, Tensor x) {
    if (onHost(x) && !onHost(out)) {
      try (var _ = scope()) {
        Tensor host = x.isContiguous() ? x : Tensor.of(x.toFloats(), x.shape().sizes());
        run(Copy.of(operands, out, upload(host)));
      }
    } else {
      run(Copy.of(operands, out, x));
    }
  }

  static boolean onHost(Tensor tensor) {
    return tensor.storage() instanceof HostStorage;
  }

  /** Sets every element of a tensor, which may be strided. */
  public void fill(Tensor out, float value) {
    run(Fill.of(operands, out, value));
  }

  // ---------------------------------------------------------------- element-wise

  /** {@code a + b}; the shape of {@code b} equals the innermost dimensions of {@code a}. */
  public Tensor add(Tensor a, Tensor b) {
    return run(Add.of(operands, a, b));
  }

  /** {@code x += y}; the shape of {@code y} equals the innermost dimensions of {@code x}. */
  public void addInPlace(Tensor x, Tensor y) {
    run(Add.inPlace(operands, x, y));
  }

  /**
   * {@code x += product}, as {@link #addInPlace(Tensor, Tensor)} of the product's tensor.
   *
   * @param x of the product's shape, changed in place; apart from the product's input
   */
  public void addInPlace(Tensor x, PendingProduct product) {
    run(product.addedTo(x, null));
    product.done();
  }

  /** {@code a * b}; the shape of {@code b} equals the innermost dimensions of {@code a}. */
  public Tensor multiply(Tensor a, Tensor b) {
    return run(Multiply.of(operands, a, b));
  }

  /** {@code activation(x)}. */
  public Tensor activate(Tensor x, Activation activation) {
    return run(Activate.of(operands, x, activation));
  }

  /** {@code x = activation(x)}. */
  public void activateInPlace(Tensor x, Activation activation) {
    run(Activate.inPlace(operands, x, activation));
  }

  /** Limits every element to [min, max], in place; NaN stays NaN. */
  public void clampInPlace(Tensor x, float min, float max) {
    run(Clamp.of(operands, x, min, max));
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
    Tensor out = run(Linear.of(operands, x, weight, bias, activation));
    return out.reshape(x.shape().withLast(weight.size(0)).sizes());
  }

  /**
   * As {@link #linear} without activation, for whoever adds the result to something at once.
   *
   * @param x [rows, in features]
   */
  public PendingProduct linearProduct(Tensor x, Tensor weight, Tensor bias) {
    return new PendingProduct((out, gate) -> LinearAdd.of(operands, out, x, weight, bias, gate));
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
    Linears maps = Linears.of(operands, x, weights, biases);
    run(maps);
    return maps.outs();
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
    run(LinearAdd.of(operands, out, x, weight, bias, gate));
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
    run(LinearMultiply.of(operands, out, x, weight, bias));
  }

  /**
   * Rows of a table.
   *
   * @param table [entries, features]
   * @return [ids, features] of the given dtype
   */
  public Tensor embedding(Tensor table, int[] ids, DType dtype) {
    return run(Embedding.of(operands, table, ids, dtype));
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
    Tensor query = tapOperand("query", q);
    Tensor key = tapOperand("key", k);
    Tensor value = tapOperand("value", v);
    if (work.isWatched()) {
      taps.attention(query, key, heads, scale, bias);
    }
    return run(Attention.of(operands, query, key, value, heads, scale, bias));
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
    return run(Convolution.of(operands, x, history, weight, bias, geometry));
  }

  /**
   * As {@link #conv3d}, with the rounded result added to {@code out}.
   *
   * @param out [frames out, height out, width out, out channels], changed in place; apart from x
   *     and history
   */
  public void conv3dAddInPlace(
      Tensor out, Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    run(Convolution.adding(operands, out, x, history, weight, bias, geometry));
  }

  /** As {@link #conv3d}, for whoever adds the result to something at once, without a gate. */
  public PendingProduct conv3dProduct(
      Tensor x, Tensor history, Tensor weight, Tensor bias, ConvGeometry geometry) {
    return new PendingProduct((out, gate) -> {
      operands.require(gate == null, "conv3dAddInPlace", "takes no gate, got %s", gate);
      return Convolution.adding(operands, out, x, history, weight, bias, geometry);
    });
  }

  /**
   * Nearest-neighbour resize of [frames, height, width, channels].
   *
   * @param exact torch's {@code nearest-exact} (pixel centres) instead of {@code nearest}
   * @return [frames out, height out, width out, channels]
   */
  public Tensor upsampleNearest(Tensor x, long frames, long height, long width, boolean exact) {
    return run(UpsampleNearest.of(operands, x, frames, height, width, exact));
  }

  // ---------------------------------------------------------------- norms and positions

  /**
   * Layer normalisation over the last dimension (Ba et al., 2016).
   *
   * @param weight [features] or null
   * @param bias [features] or null
   */
  public Tensor layerNorm(Tensor x, Tensor weight, Tensor bias, float eps) {
    return run(LayerNorm.of(operands, x, weight, bias, eps));
  }

  /**
   * {@code layerNorm(x) * (1 + scale) + shift}, rounded once (adaLN; Peebles and Xie, 2023).
   *
   * @param x [rows, features]
   * @param shift F32, [features] or [rows, features]; rows may be strided
   * @param scale as {@code shift}
   */
  public Tensor adaLayerNorm(Tensor x, Tensor shift, Tensor scale, float eps) {
    Tensor added = tapOperand("shift", shift);
    Tensor factor = tapOperand("scale", scale);
    return run(AdaLayerNorm.of(operands, x, added, factor, eps));
  }

  /**
   * Root mean square normalisation over the last dimension (Zhang and Sennrich, 2019).
   *
   * @param weight [features]
   */
  public Tensor rmsNorm(Tensor x, Tensor weight, float eps) {
    return run(RmsNorm.of(operands, x, weight, eps));
  }

  /**
   * {@code activation(x / max(|x|, 1e-12) * sqrt(channels) * gamma)} with the Euclidean norm over
   * the last dimension ({@code WanRMS_norm} in diffusers).
   *
   * @param gamma [channels]
   */
  public Tensor channelNorm(Tensor x, Tensor gamma, Activation activation) {
    return run(ChannelNorm.of(operands, x, gamma, activation));
  }

  /** As {@link #channelNorm}, with the result in the place of {@code x}. */
  public void channelNormInPlace(Tensor x, Tensor gamma, Activation activation) {
    run(ChannelNorm.inPlace(operands, x, gamma, activation));
  }

  /**
   * Group normalisation (Wu and He, 2018) and what follows it: {@code activation((x - mean) /
   * sqrt(variance + eps) * weight + bias)} with the mean and the variance of each group of
   * neighbouring channels in all positions of a sample. A video [frames, height, width, channels]
   * is normalised frame by frame; reshaped to [1, frames, height, width, channels], over all frames
   * together.
   *
   * @param x [samples, any positions, channels]
   * @param weight [channels] or null
   * @param bias [channels] or null
   * @param groups a divisor of the channels
   */
  public Tensor groupNorm(
      Tensor x, Tensor weight, Tensor bias, int groups, float eps, Activation activation) {
    return run(GroupNorm.of(operands, x, weight, bias, groups, eps, activation));
  }

  /**
   * Rotates the pairs (2i, 2i+1) of every head (RoPE; Su et al., 2021).
   *
   * @param x [tokens, heads * head dim], changed in place
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    run(Rope.of(operands, x, cos, sin, heads));
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
    run(RmsNormRope.inPlace(operands, x, weight, eps, cos, sin, heads));
  }

  /**
   * {@code x += product * gate}, as {@link #addGatedInPlace(Tensor, Tensor, Tensor)} of the
   * product's tensor.
   *
   * @param x [rows, features], changed in place; apart from the product's input
   * @param gate F32, [features] or [rows, features]; rows may be strided
   */
  public void addGatedInPlace(Tensor x, PendingProduct product, Tensor gate) {
    run(product.addedTo(x, tapOperand("gate", gate)));
    product.done();
  }

  /**
   * {@code x += y * gate}, rounded once.
   *
   * @param x [rows, features], changed in place
   * @param y [rows, features]
   * @param gate F32, [features] or [rows, features]; rows may be strided
   */
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    run(AddGated.of(operands, x, y, tapOperand("gate", gate)));
  }

  // ---------------------------------------------------------------- samplers and pictures

  /**
   * {@code out = weights[0] * terms[0] + weights[1] * terms[1] + ...}, summed in float64: guidance,
   * and every step of a scheduler.
   *
   * @param out may be one of the terms
   * @param weights as many as terms, finite
   * @param terms between 1 and {@link LinearCombination#MAX_TERMS}, of the shape of {@code out},
   *     each F32 or BF16
   */
  public void linearCombinationInto(Tensor out, double[] weights, Tensor... terms) {
    run(LinearCombination.of(operands, out, weights, List.of(terms)));
  }

  /**
   * Sines and cosines of timesteps, as {@link TimestepEmbedding} says.
   *
   * @param timesteps F32, [timesteps]
   * @return F32, [timesteps, channels]
   */
  public Tensor timestepEmbedding(
      Tensor timesteps, int channels, boolean flipSinToCos, float downscaleFreqShift) {
    return run(
        TimestepEmbedding.of(operands, timesteps, channels, flipSinToCos, downscaleFreqShift));
  }

  /**
   * Pictures as networks see them, from -1 to 1, become pictures as people see them: {@code 255 *
   * clamp(x / 2 + 0.5, 0, 1)}, rounded half to even ({@code VideoProcessor} in diffusers).
   *
   * @param x finite values
   * @return U8, of the shape of {@code x}
   */
  public Tensor toPixels(Tensor x) {
    return run(ToPixels.of(operands, x));
  }

  /** Whether all elements are finite; waits for the result. */
  public boolean isFinite(Tensor x) {
    IsFinite question = IsFinite.of(operands, x);
    run(question);
    return question.answer();
  }

  /**
   * {@code mean(|x - y|)}; waits for the result. NaN on devices that compute nothing.
   *
   * @param y of the shape of {@code x}
   */
  public double meanDistance(Tensor x, Tensor y) {
    MeanDistance question = MeanDistance.of(operands, x, y);
    run(question);
    return question.answer();
  }

  /** {@code mean(|x|)}; waits for the result. NaN on devices that compute nothing. */
  public double meanMagnitude(Tensor x) {
    return meanDistance(x, null);
  }

  // ---------------------------------------------------------------- observation

  /**
   * Shows a result to the tracer under the current path; returns it. A tracer that replaces it has
   * it overwritten, wherever it is read from here on; memory that no scope and no buffer holds is a
   * copy for those who look, which nobody replaces.
   */
  public Tensor tap(String name, Tensor tensor) {
    if (work.isWatched()) {
      taps.result(pathOf(name), tensor);
    }
    return tensor;
  }

  /**
   * As {@link #tap(String, Tensor)} for the operand of a single operation, which others may read as
   * well: a replacement is a tensor of its own, in the current scope, and is what is returned.
   */
  public Tensor tapOperand(String name, Tensor tensor) {
    return work.isWatched() ? taps.operand(pathOf(name), tensor) : tensor;
  }

  /**
   * Computes a result for the tracer only, when it wants one of this name. Nobody can replace it;
   * so what is shown again and again, such as a table that serves all steps, is shown like this.
   */
  public void tap(String name, Supplier<Tensor> tensor) {
    if (work.isWatched()) {
      taps.computed(pathOf(name), tensor);
    }
  }

  // ---------------------------------------------------------------- internals

  /** Computes an operation, which the tracer may look into. */
  private Tensor run(Operation operation) {
    return work.isWatched() && taps.runInParts(operation) ? operation.out() : compute(operation);
  }

  /** Computes an operation and counts it. */
  Tensor compute(Operation operation) {
    List<Tensor> weights = operation.weights();
    for (int i = 0; i < weights.size(); i++) {
      memory.noteWeight(weights.get(i), backend.weightBytes(operation, weights.get(i)));
    }
    memory.noteWorkspace(operation, backend.workspaceBytes(operation));
    work.begin();
    backend.run(operation);
    work.end(operation);
    return operation.out();
  }

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
    work.endTransfer("move", out, kept);
  }

  /** Releases all scratch memory. */
  @Override
  public void close() {
    memory.close();
  }
}
