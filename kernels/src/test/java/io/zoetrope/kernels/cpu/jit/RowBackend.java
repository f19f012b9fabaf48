package io.zoetrope.kernels.cpu.jit;

import io.zoetrope.kernels.cpu.WorkerPool;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.tensor.Tensor;

/** Generated kernels for all memory-bound operations, definitions for the others. */
final class RowBackend extends HostBackend {
  private final ReferenceBackend reference = new ReferenceBackend();
  private final WorkerPool pool;
  private final StridedCopy copy;
  private final RowOperations rows;
  private final ElementOperations elements;

  RowBackend(Machine machine, int threads) {
    pool = new WorkerPool(threads);
    ThreadLocal<NativeWorkspace> workspaces = ThreadLocal.withInitial(NativeWorkspace::new);
    KernelCache kernels = new KernelCache(machine.loader());
    RowRunner runner = new RowRunner(machine.set(), kernels, pool, workspaces::get);
    copy = new StridedCopy(runner);
    rows = new RowOperations(runner);
    elements = new ElementOperations(runner);
  }

  @Override
  public String name() {
    return "rows";
  }

  @Override
  public void copy(Tensor out, Tensor x) {
    copy.run(out, x);
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
    reference.linear(out, x, weight, bias, activation);
  }

  @Override
  public void linearAddInPlace(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
    reference.linearAddInPlace(out, x, weight, bias, gate);
  }

  @Override
  public void embedding(Tensor out, Tensor table, int[] ids) {
    elements.embedding(out, table, ids);
  }

  @Override
  public void attention(
      Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    reference.attention(out, q, k, v, heads, scale, bias);
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
    reference.conv3d(out, x, history, weight, bias, geometry, residual);
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
    rows.addGatedInPlace(x, y, gate);
  }

  @Override
  public void close() {
    pool.close();
  }
}
