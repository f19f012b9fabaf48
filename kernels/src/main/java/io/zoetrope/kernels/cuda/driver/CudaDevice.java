package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.CUdevice_attribute.*;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDeviceGetAttribute;
import static jcuda.driver.JCudaDriver.cuDeviceGetName;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import java.nio.charset.StandardCharsets;
import java.util.function.IntUnaryOperator;
import jcuda.driver.CUdevice;
import jcuda.driver.CUresult;

/**
 * What a device is.
 *
 * @param number in the driver's order, from 0
 * @param name e.g. {@code "NVIDIA A100-SXM4-40GB"}
 * @param capability compute capability, 10 major + minor
 * @param multiprocessors number of multiprocessors
 * @param maxSharedBytes most shared memory of a block that opts in
 * @param clockHertz highest clock of the multiprocessors
 * @param memoryBytesPerSecond what clock and width of the memory bus allow
 */
public record CudaDevice(
    int number,
    String name,
    int capability,
    int multiprocessors,
    int maxSharedBytes,
    double clockHertz,
    double memoryBytesPerSecond) {
  private static final int LONGEST_NAME = 256;

  /** Asks the driver. */
  static CudaDevice query(int number) {
    CUdevice device = handle(number);
    byte[] name = new byte[LONGEST_NAME];
    check(cuDeviceGetName(name, name.length, device), number);
    int end = 0;
    while (end < name.length && name[end] != 0) {
      end++;
    }
    int[] value = new int[1];
    IntUnaryOperator attribute =
        which -> {
          check(cuDeviceGetAttribute(value, which, device), number);
          return value[0];
        };
    return new CudaDevice(
        number,
        new String(name, 0, end, StandardCharsets.UTF_8),
        10 * attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
            + attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR),
        attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT),
        attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN),
        1e3 * attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_CLOCK_RATE),
        // Two transfers a clock; the bus is given in bits.
        2e3
            * attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE)
            * attribute.applyAsInt(CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH)
            / 8);
  }

  /** How the driver calls the device of a number. */
  static CUdevice handle(int number) {
    CUdevice device = new CUdevice();
    check(cuDeviceGet(device, number), number);
    return device;
  }

  private static void check(int status, int number) {
    if (status != CUresult.CUDA_SUCCESS) {
      throw new CudaException(
          "asking for the properties of device cuda:%d failed with %s"
              .formatted(number, CUresult.stringFor(status)));
    }
  }

  /**
   * Dense bf16 multiplications and additions a second on tensor cores with float32 sums, at the
   * highest clock; 0 for devices that are not in the table.
   *
   * <p>From the throughput of NVIDIA's architecture white papers. GeForce cards and the L40 run
   * float32 sums at half the rate of the other cards of the same compute capability, such as the
   * L40S.
   */
  public double tensorFlops() {
    int perClock =
        switch (capability) {
          case 80 -> 2048;
          case 86, 89, 120 -> name.contains("GeForce") || name.endsWith(" L40") ? 512 : 1024;
          case 90 -> 4096;
          default -> 0;
        };
    return perClock * (double) multiprocessors * clockHertz;
  }

  @Override
  public String toString() {
    return "cuda:%d (%s)".formatted(number, name);
  }
}
