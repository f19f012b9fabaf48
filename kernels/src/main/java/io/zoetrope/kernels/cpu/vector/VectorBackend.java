package io.zoetrope.kernels.cpu.vector;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cpu.pool.PeakMeasurement;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.CopyOperation;
import io.zoetrope.ops.DeviceWatcher;
import io.zoetrope.ops.ElementOperation;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.HostSamplers;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Residence;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.RowOperation;
import io.zoetrope.ops.SamplerOperation;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Optional;
import java.util.OptionalLong;

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

  /** The Vector API is compiled by the JVM's thorough compiler, which takes memory of its own. */
  @Override
  public long runtimeBytes() {
    return 144L << 20;
  }

  @Override
  public void watch(DeviceWatcher watcher) {
    pool.watch(watcher);
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
  public OptionalLong storedBytes(StoredTensor weight) {
    return OptionalLong.of(weight.heldBytes(weight.count()));
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return place(weight, rounding, Residence.PACKED);
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    return new PlacedWeight(weight, weight.used(rounding), residence).tensor();
  }

  @Override
  public long workspaceBytes(Operation operation) {
    return operation instanceof LinearMap map ? linear.workspaceBytes(map) : 0;
  }

  @Override
  public void run(Operation operation) {
    switch (operation) {
      case LinearMap map -> {
        warmUp.await();
        linear.run(map);
      }
      case Attention op -> {
        warmUp.await();
        attention.run(op);
      }
      case Convolution op -> {
        warmUp.await();
        convolution.run(op);
      }
      case RowOperation op -> {
        warmUp.await();
        rows.run(op);
      }
      case ElementOperation op -> elements.run(op);
      case CopyOperation op -> copy.run(op);
      case SamplerOperation op -> HostSamplers.run(op);
    }
  }

  @Override
  public void close() {
    pool.close();
  }
}
