package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.op.AttentionOperation;
import io.zoetrope.kernels.cuda.op.ConvolutionOperation;
import io.zoetrope.kernels.cuda.op.ElementOperations;
import io.zoetrope.kernels.cuda.op.Launcher;
import io.zoetrope.kernels.cuda.op.LinearOperation;
import io.zoetrope.kernels.cuda.op.RowOperations;
import io.zoetrope.kernels.cuda.op.SamplerOperations;
import io.zoetrope.kernels.cuda.op.StridedCopy;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * A CUDA device. BF16 work with sizes that are multiples of 8 runs on the tensor cores; everything
 * else, such as F32, in float32.
 */
public class CudaBackend implements Backend {
  /** The rest is for activations. */
  private static final double WEIGHTS_SHARE = 0.7;

  private final CudaRuntime runtime;
  private final PlacedWeights weights;
  private final LinearOperation linear;
  private final AttentionOperation attention;
  private final ConvolutionOperation convolution;
  private final StridedCopy copy;
  private final RowOperations rows;
  private final ElementOperations elements;
  private final SamplerOperations samplers;

  /** A backend on a device, which is closed with it; weights take most of the free memory. */
  public CudaBackend(CudaRuntime runtime) {
    this(runtime, weightShare(runtime));
  }

  /** How much memory weights may take unless somebody says otherwise. */
  public static long weightShare(CudaRuntime runtime) {
    return (long) (WEIGHTS_SHARE * runtime.freeBytes());
  }

  /**
   * A backend on a device, which is closed with it.
   *
   * @param weightBytes how much memory weights may take; what is beyond that comes to the device
   *     only when it is needed
   */
  public CudaBackend(CudaRuntime runtime, long weightBytes) {
    this.runtime = runtime;
    Launcher launcher = new Launcher(runtime);
    Workspace workspace = new Workspace(runtime);
    weights = new PlacedWeights(runtime, weightBytes);
    linear = new LinearOperation(launcher);
    attention = new AttentionOperation(launcher, workspace);
    copy = new StridedCopy(launcher, workspace);
    convolution = new ConvolutionOperation(launcher, copy);
    rows = new RowOperations(launcher);
    elements = new ElementOperations(launcher, workspace);
    samplers = new SamplerOperations(launcher, workspace);
  }

  @Override
  public String name() {
    return "cuda (%s)".formatted(runtime.name());
  }

  /** The device itself. */
  public final CudaRuntime runtime() {
    return runtime;
  }

  @Override
  public boolean computesInMainMemory() {
    return false;
  }

  @Override
  public Storage allocate(long bytes) {
    weights.freeEnded();
    DeviceBlocks blocks = new DeviceBlocks(runtime, _ -> {});
    long address = blocks.allocate(bytes);
    return new DeviceStorage(blocks, () -> address, bytes, null);
  }

  @Override
  public void free(Storage storage) {
    ((DeviceStorage) storage).blocks().free();
  }

  @Override
  public Tensor place(Tensor weight, DType rounding) {
    return weights.place(weight, rounding);
  }

  @Override
  public void upload(Tensor out, Tensor host) {
    if (host.count() > 0) {
      runtime.copyToDevice(DeviceStorage.addressOf(out), host.segment());
    }
  }

  @Override
  public void download(Tensor host, Tensor x) {
    if (x.count() > 0) {
      runtime.copyToHost(host.segment(), DeviceStorage.addressOf(x));
    }
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    copy.run(out, x);
  }

  @Override
  public void move(Tensor out, Tensor x) {
    copy.move(out, x);
  }

  @Override
  public void fill(Tensor out, float value) {
    copy.fill(out, value);
  }

  @Override
  public void add(Tensor out, Tensor a, Tensor b) {
    elements.add(out, a, b);
  }

  @Override
  public void multiply(Tensor out, Tensor a, Tensor b) {
    elements.multiply(out, a, b);
  }

  @Override
  public void activate(Tensor out, Tensor x, Activation activation) {
    elements.activate(out, x, activation);
  }

  @Override
  public void clampInPlace(Tensor x, float min, float max) {
    elements.clampInPlace(x, min, max);
  }

  @Override
  public void linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    linear.run(out, x, weight, bias, activation);
  }

  @Override
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    linear.addInPlace(out, x, weight, bias, gate);
  }

  @Override
  public void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    linear.multiplyInPlace(out, x, weight, bias);
  }

  @Override
  public void embedding(Tensor out, Tensor table, int[] ids) {
    elements.embedding(out, table, ids);
  }

  @Override
  public void attention(
      Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    attention.run(out, q, k, v, heads, scale, bias);
  }

  @Override
  public void conv3d(
      Tensor out,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry,
      Tensor residual) {
    convolution.run(out, x, history, weight, bias, geometry, residual);
  }

  /** A convolution's weight as [out channels, taps, in channels], made once. */
  protected final Tensor channelsLast(Tensor weight) {
    return convolution.channelsLast(weight);
  }

  @Override
  public void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    elements.upsampleNearest(out, x, exact);
  }

  @Override
  public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    rows.layerNorm(out, x, weight, bias, eps);
  }

  @Override
  public void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {
    rows.adaLayerNorm(out, x, shift, scale, eps);
  }

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    rows.rmsNorm(out, x, weight, eps);
  }

  @Override
  public void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    rows.rmsNormRope(out, x, weight, eps, cos, sin, heads);
  }

  @Override
  public void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
    rows.channelNorm(out, x, gamma, activation);
  }

  @Override
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    rows.ropeInPlace(x, cos, sin, heads);
  }

  @Override
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    elements.addGatedInPlace(x, y, gate);
  }

  @Override
  public void linearCombination(Tensor out, double[] weights, List<Tensor> terms) {
    samplers.linearCombination(out, weights, terms);
  }

  @Override
  public void timestepEmbedding(
      Tensor out, Tensor timesteps, boolean flipSinToCos, float downscaleFreqShift) {
    samplers.timestepEmbedding(out, timesteps, flipSinToCos, downscaleFreqShift);
  }

  @Override
  public void toPixels(Tensor out, Tensor x) {
    samplers.toPixels(out, x);
  }

  @Override
  public boolean isFinite(Tensor x) {
    return samplers.isFinite(x);
  }

  @Override
  public void close() {
    runtime.close();
  }
}
