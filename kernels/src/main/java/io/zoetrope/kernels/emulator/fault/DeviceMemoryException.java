package io.zoetrope.kernels.emulator.fault;

/** A host-side request on device memory that can't be met: out of memory, or a wrong address. */
public final class DeviceMemoryException extends EmulatorException {
  private static final long serialVersionUID = 1;

  private final boolean outOfMemory;

  /** Makes the failure; {@code outOfMemory} tells whether memory is lacking, not misused. */
  public DeviceMemoryException(String message, boolean outOfMemory) {
    super(message);
    this.outOfMemory = outOfMemory;
  }

  /** Whether the memory was full; otherwise the address or the range is wrong. */
  public boolean outOfMemory() {
    return outOfMemory;
  }
}
