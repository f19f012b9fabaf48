package io.zoetrope.kernels.cuda.driver;

import jcuda.driver.CUdeviceptr;

/** Device memory as JCuda wants it. */
final class DevicePointer extends CUdeviceptr {
  /** Memory at an address. */
  static CUdeviceptr at(long address) {
    return new CUdeviceptr().withByteOffset(address);
  }

  /** Address of memory that the driver has allocated. */
  long address() {
    return getNativePointer();
  }
}
