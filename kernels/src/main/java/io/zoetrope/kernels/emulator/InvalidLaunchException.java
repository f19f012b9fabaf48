package io.zoetrope.kernels.emulator;

/** A launch that no GPU would start: block too large, too much shared memory, wrong parameters. */
public final class InvalidLaunchException extends EmulatorException {
  private static final long serialVersionUID = 1;

  InvalidLaunchException(String message) {
    super(message);
  }
}
