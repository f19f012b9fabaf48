package io.zoetrope.kernels.cpu.jit.emulator;

/** Code did what a processor, or the list of memory it may touch, forbids. */
public final class EmulatorFault extends RuntimeException {
  private static final long serialVersionUID = 1;

  EmulatorFault(String message) {
    super(message);
  }

  EmulatorFault(String message, Throwable cause) {
    super(message, cause);
  }
}
