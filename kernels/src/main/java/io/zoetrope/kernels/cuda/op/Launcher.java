package io.zoetrope.kernels.cuda.op;

import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.kernels.cuda.memory.Workspace;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;

/** Launches in the shapes that the kernels use, within the limits of the device. */
public final class Launcher {
  /** Elements that a thread moves at once where it can. */
  static final int VECTOR = 8;

  private static final int THREADS = 256;
  private static final int BLOCKS_PER_MULTIPROCESSOR = 8;
  private static final int ALIGNMENT = 16;

  private final CudaRuntime runtime;
  private final Workspace workspace;

  /** Launches on a device; the workspace holds what operations need while they run. */
  public Launcher(CudaRuntime runtime, Workspace workspace) {
    this.runtime = runtime;
    this.workspace = workspace;
  }

  Workspace workspace() {
    return workspace;
  }

  CudaRuntime runtime() {
    return runtime;
  }

  /** One block of 256 threads for each of so many rows, pixels or ids; none launches nothing. */
  void blocks(String kernel, long blocks, Object... arguments) {
    tiles(kernel, blocks, THREADS, 0, arguments);
  }

  /** One block for each of so many tiles. */
  void tiles(String kernel, long blocks, int threads, int sharedBytes, Object... arguments) {
    if (blocks > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "%s: %d blocks are more than a launch can have: use a smaller size"
              .formatted(kernel, blocks));
    }
    grid(kernel, (int) blocks, 1, 1, threads, sharedBytes, arguments);
  }

  /** Enough threads to keep the device busy with so many elements; a thread takes several. */
  void elements(String kernel, long count, Object... arguments) {
    long wanted = ceilDiv(count, (long) THREADS * VECTOR);
    long most = (long) runtime.multiprocessors() * BLOCKS_PER_MULTIPROCESSOR;
    blocks(kernel, Math.min(wanted, most), arguments);
  }

  void grid(String kernel, int x, int y, int z, int threads, int sharedBytes, Object... arguments) {
    if (x == 0 || y == 0 || z == 0) {
      return;
    }
    if (sharedBytes > runtime.maxSharedBytes()) {
      throw new IllegalArgumentException(
          "%s: needs %d bytes of shared memory, %s has %d for a block"
              .formatted(kernel, sharedBytes, runtime.name(), runtime.maxSharedBytes()));
    }
    runtime.launch(kernel, x, y, z, threads, 1, 1, sharedBytes, arguments);
  }

  static long ceilDiv(long count, long size) {
    return Math.ceilDiv(count, size);
  }

  /** Argument for the memory of a tensor: its address, 0 for no tensor. */
  static long address(Tensor tensor) {
    return DeviceStorage.addressOf(tensor);
  }

  /** Argument for the type of a tensor's elements: 1 for BF16, 0 for F32 or no tensor. */
  static int isBf16(Tensor tensor) {
    return tensor != null && tensor.dtype() == DType.BF16 ? 1 : 0;
  }

  /** Argument for a vector, or a table with a row for each row of x: distance of its rows. */
  static long rowStride(Tensor modulation) {
    return modulation == null || modulation.shape().rank() == 1 ? 0 : modulation.stride(0);
  }

  /** Whether tensor cores and asynchronous copies can take these operands. */
  static boolean fitTensorCores(long depth, Tensor... operands) {
    for (Tensor operand : operands) {
      if (operand != null && (operand.dtype() != DType.BF16 || address(operand) % ALIGNMENT != 0)) {
        return false;
      }
    }
    return depth % VECTOR == 0;
  }
}
