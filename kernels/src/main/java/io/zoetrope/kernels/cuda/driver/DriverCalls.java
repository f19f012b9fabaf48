package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import jcuda.driver.CUresult;

/** Turns the status codes of the driver's calls into exceptions, for one device. */
final class DriverCalls {
  private final CudaDevice device;
  private String lastKernel = "nothing";
  private String loss;

  DriverCalls(CudaDevice device) {
    this.device = device;
  }

  CudaDevice device() {
    return device;
  }

  /** Remembers what was launched last: an asynchronous failure comes to light later. */
  void launched(String kernel) {
    lastKernel = kernel;
  }

  /**
   * Checks a status code.
   *
   * @param operation what was tried, for the message; {@code arguments} are formatted into it
   * @throws CudaException if it failed
   */
  void check(int status, String operation, Object... arguments) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw failure(status, operation.formatted(arguments));
    }
  }

  /** Whether the device is lost: then nothing works any more, not even releasing memory. */
  boolean isLost() {
    return loss != null;
  }

  private CudaException failure(int status, String operation) {
    String what =
        "%s on %s failed with %s".formatted(operation, device, CUresult.stringFor(status));
    if (loss != null) {
      return new CudaException.DeviceLost(
          "%s: the device was lost before: %s".formatted(what, loss));
    }
    if (isSticky(status)) {
      loss = what;
      return new CudaException.DeviceLost(
          "%s; the last kernel launched was %s: set CUDA_LAUNCH_BLOCKING=1 to learn which one failed"
              .formatted(what, lastKernel));
    }
    return switch (status) {
      case CUresult.CUDA_ERROR_OUT_OF_MEMORY -> new CudaException.OutOfMemory(what);
      case CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION,
          CUresult.CUDA_ERROR_JIT_COMPILER_NOT_FOUND ->
          new CudaException(what + ": install a newer driver from NVIDIA");
      default -> new CudaException(what);
    };
  }

  /** Errors after which the driver refuses every further call of the context. */
  private static boolean isSticky(int status) {
    return switch (status) {
      case CUresult.CUDA_ERROR_ECC_UNCORRECTABLE,
          CUresult.CUDA_ERROR_NVLINK_UNCORRECTABLE,
          CUresult.CUDA_ERROR_ILLEGAL_ADDRESS,
          CUresult.CUDA_ERROR_LAUNCH_TIMEOUT,
          CUresult.CUDA_ERROR_CONTEXT_IS_DESTROYED,
          CUresult.CUDA_ERROR_ASSERT,
          CUresult.CUDA_ERROR_HARDWARE_STACK_ERROR,
          CUresult.CUDA_ERROR_ILLEGAL_INSTRUCTION,
          CUresult.CUDA_ERROR_MISALIGNED_ADDRESS,
          CUresult.CUDA_ERROR_INVALID_ADDRESS_SPACE,
          CUresult.CUDA_ERROR_INVALID_PC,
          CUresult.CUDA_ERROR_LAUNCH_FAILED,
          CUresult.CUDA_ERROR_UNKNOWN ->
          true;
      default -> false;
    };
  }
}
