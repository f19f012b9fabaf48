package io.zoetrope.kernels.cuda.memory;

import io.zoetrope.kernels.cuda.runtime.CudaRuntime;

/**
 * Device memory for the length of one operation. Launches run in order, so all operations share one
 * block, which grows to the largest wish.
 */
public final class Workspace {
  private final CudaRuntime runtime;
  private long address;
  private long bytes;

  /** Makes a workspace that has no memory yet. */
  public Workspace(CudaRuntime runtime) {
    this.runtime = runtime;
  }

  /** Address of at least so many bytes, aligned to 256; their content is undefined. */
  public long atLeast(long wanted) {
    if (wanted > bytes) {
      if (bytes > 0) {
        runtime.free(address);
        bytes = 0;
      }
      address = runtime.allocate(wanted);
      bytes = wanted;
    }
    return address;
  }
}
