package io.zoetrope.kernels.cuda.standin;

/** A call that a driver would refuse, with the status code that it would return. */
final class StandInError extends RuntimeException {
  private static final long serialVersionUID = 1;

  static final int INVALID_VALUE = 1;
  static final int OUT_OF_MEMORY = 2;
  static final int NO_DEVICE = 100;
  static final int INVALID_DEVICE = 101;
  static final int INVALID_CONTEXT = 201;
  static final int INVALID_PTX = 218;
  static final int INVALID_HANDLE = 400;
  static final int NOT_FOUND = 500;
  static final int NOT_READY = 600;
  static final int ILLEGAL_ADDRESS = 700;
  static final int LAUNCH_OUT_OF_RESOURCES = 701;
  static final int MISALIGNED_ADDRESS = 716;
  static final int LAUNCH_FAILED = 719;
  static final int NOT_SUPPORTED = 801;
  static final int UNKNOWN = 999;

  private final int status;

  StandInError(int status, String message) {
    super(message);
    this.status = status;
  }

  int status() {
    return status;
  }
}
