package io.zoetrope.kernels.cuda.standin;

/**
 * A device that the stand-in driver has.
 *
 * @param capability compute capability, 10 major + minor
 * @param memoryBytes memory of the device
 */
public record StandInCard(String name, int capability, long memoryBytes) {
  /** An Ampere with 1 GiB. */
  public static final StandInCard USUAL = new StandInCard("stand-in A100", 80, 1L << 30);

  /** Shared memory that a block may have, from the programming guide's table of capabilities. */
  int maxSharedBytes() {
    return switch (capability) {
      case 80 -> 163 << 10;
      case 86, 89 -> 99 << 10;
      case 90 -> 227 << 10;
      default -> 48 << 10;
    };
  }

  /** What the driver says of an attribute (CUdevice_attribute in cuda.h). */
  int attribute(int which) {
    return switch (which) {
      case 13 -> 1_410_000;
      case 16 -> 2;
      case 36 -> 1_215_000;
      case 37 -> 5120;
      case 75 -> capability / 10;
      case 76 -> capability % 10;
      case 97 -> maxSharedBytes();
      default -> throw new IllegalArgumentException("attribute " + which);
    };
  }
}
