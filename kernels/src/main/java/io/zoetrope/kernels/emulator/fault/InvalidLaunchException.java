package io.zoetrope.kernels.emulator.fault;

/** A launch that no GPU would start: block too large, too much shared memory, wrong parameters. */
public final class InvalidLaunchException extends EmulatorException {
  private static final long serialVersionUID = 1;

  /** Makes the refusal of a launch whose sizes do not fit. */
  public InvalidLaunchException(String message) {
    super(message);
  }
}
