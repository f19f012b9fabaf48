package io.zoetrope.kernels.emulator.fault;

/**
 * Anything the emulator refuses or finds. The message is one line that says what, where and why.
 */
public abstract sealed class EmulatorException extends RuntimeException
    permits PtxLoadException, InvalidLaunchException, KernelFault, DeviceMemoryException {
  private static final long serialVersionUID = 1;

  EmulatorException(String message) {
    super(message);
  }
}
