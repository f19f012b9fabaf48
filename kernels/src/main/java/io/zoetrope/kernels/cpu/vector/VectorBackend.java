package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.kernels.cpu.pool.PeakMeasurement;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Tensor;
import java.util.Optional;

/**
 * The CPU through the Vector API, which follows the machine's width; for processors that no code is
 * generated for. Results do not depend on the number of threads, to the bit: every element is
 * computed by one task, in an order that its shape alone decides.
 */
public final class VectorBackend extends HostBackend {
  private final WorkerPool<Workspace> pool;
  private final GemmKernel kernel;
  private final WarmUp warmUp;
  private final LinearOperation linear;
  private final AttentionOperation attention;
  private final ConvolutionOperation convolution;
  private final StridedCopy copy;
  private final RowOperations rows;
  private final ElementOperations elements;
  private final Optional<String> limit;
  private Roofline roofline;

  /**
   * Starts the compute threads.
   *
   * @param threads number of compute threads
   * @param kernel multiplies matrices
   * @param limit why no faster backend of this machine computes, or empty
   * @throws IllegalStateException if the JVM runs without the Vector API
   */
  public VectorBackend(int threads, GemmKernel kernel, Optional<String> limit) {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      throw new IllegalStateException(
          "these CPU kernels need the Vector API: use --device cpu,gemm=vector, or run java with --add-modules=jdk.incubator.vector");
    }
    this.kernel = kernel;
    this.limit = limit;
    warmUp = new WarmUp(kernel);
    pool = new WorkerPool<>(threads, Workspace::new);
    Gemm gemm = new Gemm(pool, kernel);
    linear = new LinearOperation(gemm);
    attention = new AttentionOperation(gemm);
    convolution = new ConvolutionOperation(gemm);
    copy = new StridedCopy(pool);
    rows = new RowOperations(pool);
    elements = new ElementOperations(pool);
  }

  @Override
  public String name() {
    return "cpu (%s, %d threads)".formatted(kernel.name(), pool.threads());
  }

  @Override
  public Optional<String> limit() {
    return limit;
  }

  @Override
  public synchronized Optional<Roofline> roofline() {
    if (roofline == null) {
      roofline = new PeakMeasurement<>(pool, PeakLoop.products()).roofline();
    }
    return Optional.of(roofline);
  }

  @Override
  public Tensor place(Tensor weight, DType rounding) {
    Tensor rounded = super.place(weight, rounding);
    HostStorage storage = (HostStorage) rounded.storage();
    return Tensor.contiguous(
        new WeightStorage(storage.segment()),
        rounded.offset(),
        rounded.dtype(),
        rounded.shape(),
        rounded.lifetime());
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    copy.run(out, x);
  }

  @Override
  public void fill(Tensor out, float value) {
    // A constant is a tensor of one element that is read again and again.
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
  public void linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation) {
    warmUp.await();
    linear.run(out, x, weight, bias, activation);
  }

  @Override
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    warmUp.await();
    linear.addInPlace(out, x, weight, bias, gate);
  }

  @Override
  public void linearMultiplyInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias) {
    warmUp.await();
    linear.multiplyInPlace(out, x, weight, bias);
  }

  @Override
  public void embedding(Tensor out, Tensor table, int[] ids) {
    elements.embedding(out, table, ids);
  }

  @Override
  public void attention(
      Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    warmUp.await();
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
    warmUp.await();
    convolution.run(out, x, history, weight, bias, geometry, residual);
  }

  @Override
  public void upsampleNearest(Tensor out, Tensor x, boolean exact) {
    elements.upsampleNearest(out, x, exact);
  }

  @Override
  public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    warmUp.await();
    rows.layerNorm(out, x, weight, bias, eps);
  }

  @Override
  public void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {
    warmUp.await();
    rows.adaLayerNorm(out, x, shift, scale, eps);
  }

  @Override
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    warmUp.await();
    rows.rmsNorm(out, x, weight, eps);
  }

  @Override
  public void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    warmUp.await();
    rows.rmsNormRope(out, x, weight, eps, cos, sin, heads);
  }

  @Override
  public void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
    warmUp.await();
    rows.channelNorm(out, x, gamma, activation);
  }

  @Override
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    rows.ropeInPlace(x, cos, sin, heads);
  }

  @Override
  public void addGatedInPlace(Tensor x, Tensor y, Tensor gate) {
    rows.addGatedInPlace(x, y, gate);
  }

  @Override
  public void close() {
    pool.close();
  }
}
