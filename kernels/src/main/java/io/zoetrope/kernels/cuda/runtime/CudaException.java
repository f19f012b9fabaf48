package io.zoetrope.kernels.cuda.runtime;

import io.zoetrope.files.ExpectedException;

/** A failure of a CUDA device: its message names the operation and the device. */
public class CudaException extends ExpectedException {
  private static final long serialVersionUID = 1;

  /** Makes a failure with one line for users. */
  public CudaException(String message) {
    super(message);
  }

  /** Memory of the device, or pinned memory of the host, does not suffice. Others go on working. */
  public static final class OutOfMemory extends CudaException {
    private static final long serialVersionUID = 1;

    /** Makes a failure with one line for users. */
    public OutOfMemory(String message) {
      super(message);
    }
  }

  /** A kernel or the hardware failed: everything on this device is lost, and nothing works. */
  public static final class DeviceLost extends CudaException {
    private static final long serialVersionUID = 1;

    /** Makes a failure with one line for users. */
    public DeviceLost(String message) {
      super(message);
    }
  }
}
