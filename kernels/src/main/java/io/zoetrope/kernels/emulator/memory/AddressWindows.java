package io.zoetrope.kernels.emulator.memory;

/**
 * Where the state spaces lie in the generic address space (PTX ISA, "Generic Addressing"). Global
 * addresses are generic addresses as they are; shared and local memory have windows of their own.
 */
public final class AddressWindows {
  /** First address of device memory: above 32 bits, so that a truncated pointer hits nothing. */
  static final long DEVICE = 0x2_0000_0000L;

  /** First address of module-scope variables. */
  static final long MODULE = 1L << 52;

  /** First generic address of the block's shared memory. */
  public static final long SHARED = 1L << 56;

  /** First generic address of the thread's local memory. */
  public static final long LOCAL = 1L << 57;

  /** Size of a window. */
  static final long SIZE = 1L << 32;

  private AddressWindows() {}

  /** Returns whether a generic address lies in shared memory. */
  public static boolean inShared(long generic) {
    return generic >= SHARED && generic < SHARED + SIZE;
  }

  /** Returns whether a generic address lies in local memory. */
  public static boolean inLocal(long generic) {
    return generic >= LOCAL && generic < LOCAL + SIZE;
  }
}
