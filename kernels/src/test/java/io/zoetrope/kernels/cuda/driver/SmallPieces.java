package io.zoetrope.kernels.cuda.driver;

/** Runtimes for tests of what lies in more than one piece of pinned memory. */
public final class SmallPieces {
  private SmallPieces() {}

  /** The first device, without kernels. */
  public static DriverRuntime open(long pinnedPieceBytes) {
    return new DriverRuntime(CudaDriver.open().device(0), _ -> "", pinnedPieceBytes);
  }
}
