package io.zoetrope.kernels.cuda;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cuda.memory.DeviceBlocks;
import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.kernels.cuda.memory.PlacedWeights;
import io.zoetrope.kernels.cuda.memory.StoredForm;
import io.zoetrope.kernels.cuda.memory.Workspace;
import io.zoetrope.kernels.cuda.op.AttentionOperation;
import io.zoetrope.kernels.cuda.op.ConvolutionOperation;
import io.zoetrope.kernels.cuda.op.DecodeOperation;
import io.zoetrope.kernels.cuda.op.ElementOperations;
import io.zoetrope.kernels.cuda.op.Launcher;
import io.zoetrope.kernels.cuda.op.LinearOperation;
import io.zoetrope.kernels.cuda.op.RowOperations;
import io.zoetrope.kernels.cuda.op.SamplerOperations;
import io.zoetrope.kernels.cuda.op.StridedCopy;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.CopyOperation;
import io.zoetrope.ops.ElementOperation;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Residence;
import io.zoetrope.ops.RowOperation;
import io.zoetrope.ops.SamplerOperation;
import io.zoetrope.ops.Stopwatch;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.OptionalLong;

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
    Launcher launcher = new Launcher(runtime, new Workspace(runtime));
    weights = new PlacedWeights(runtime, weightBytes, new DecodeOperation(launcher));
    linear = new LinearOperation(launcher);
    attention = new AttentionOperation(launcher);
    copy = new StridedCopy(launcher);
    convolution = new ConvolutionOperation(launcher, copy);
    rows = new RowOperations(launcher);
    elements = new ElementOperations(launcher);
    samplers = new SamplerOperations(launcher);
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
    return new DeviceStorage("", blocks, () -> address, bytes, null);
  }

  @Override
  public void free(Storage storage) {
    ((DeviceStorage) storage).blocks().free();
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return place(weight, rounding, Residence.PACKED);
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding, Residence residence) {
    return weights.place(weight, rounding, residence);
  }

  @Override
  public OptionalLong storedBytes(StoredTensor weight) {
    return StoredForm.of(weight).stream().mapToLong(StoredForm::bytes).findFirst();
  }

  @Override
  public OptionalLong weightRoom() {
    return OptionalLong.of(weights.room());
  }

  /** The slot of weights that stay as they are stored. */
  @Override
  public long workspaceBytes(Operation operation) {
    return operation.weights().stream()
        .map(Tensor::storage)
        .filter(Storage::isReadAnew)
        .mapToLong(Storage::byteSize)
        .max()
        .orElse(0);
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
  public void move(Tensor out, Tensor x) {
    copy.move(out, x);
  }

  @Override
  public void run(Operation operation) {
    switch (operation) {
      case LinearMap map -> linear.run(map);
      case Attention op -> attention.run(op);
      case Convolution op -> convolution.run(op);
      case RowOperation op -> rows.run(op);
      case ElementOperation op -> elements.run(op);
      case CopyOperation op -> copy.run(op);
      case SamplerOperation op -> samplers.run(op);
    }
  }

  @Override
  public void await() {
    runtime.synchronize();
  }

  @Override
  public Stopwatch stopwatch() {
    return new DeviceStopwatch(runtime);
  }

  /** A convolution's weight as [out channels, taps, in channels], made once. */
  protected final Tensor channelsLast(Tensor weight) {
    return convolution.channelsLast(weight);
  }

  @Override
  public void close() {
    runtime.close();
  }
}
