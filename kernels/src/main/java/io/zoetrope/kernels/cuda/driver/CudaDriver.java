package io.zoetrope.kernels.cuda.driver;

import static jcuda.driver.JCudaDriver.cuDeviceGetCount;
import static jcuda.driver.JCudaDriver.cuDriverGetVersion;
import static jcuda.driver.JCudaDriver.cuInit;

import io.zoetrope.ops.DeviceUnavailableException;
import java.util.List;
import java.util.stream.IntStream;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** NVIDIA's driver on this machine. */
public final class CudaDriver {
  private static final String ADVICE =
      "install NVIDIA's driver, or use --device cpu or cuda-emulated";

  /** Our PTX is of version 7.0, which came with CUDA 11.0 (PTX ISA, "Release Notes"). */
  private static final int OLDEST_VERSION = 11_000;

  /** Our PTX is made for this compute capability and newer ones. */
  private static final int OLDEST_CAPABILITY = 80;

  static final NativeLibrary LIBRARY =
      NativeLibrary.of(
          "libcuda.so.1",
          "nvcuda.dll",
          "cuInit",
          "cuDriverGetVersion",
          "cuDeviceGetCount",
          "cuDeviceGet",
          "cuDeviceGetName",
          "cuDeviceGetAttribute",
          "cuCtxCreate_v2",
          "cuCtxDestroy_v2",
          "cuCtxSetCurrent",
          "cuMemGetInfo_v2",
          "cuMemAlloc_v2",
          "cuMemFree_v2",
          "cuMemAllocHost_v2",
          "cuMemFreeHost",
          "cuMemcpyHtoDAsync_v2",
          "cuMemcpyDtoHAsync_v2",
          "cuMemcpyDtoDAsync_v2",
          "cuModuleLoadDataEx",
          "cuModuleGetFunction",
          "cuFuncSetAttribute",
          "cuLaunchKernel",
          "cuStreamCreate",
          "cuStreamSynchronize",
          "cuStreamWaitEvent",
          "cuEventCreate",
          "cuEventRecord",
          "cuEventSynchronize",
          "cuEventElapsedTime",
          "cuEventDestroy_v2");

  private final int version;
  private final List<CudaDevice> devices;

  private CudaDriver(int version, List<CudaDevice> devices) {
    this.version = version;
    this.devices = devices;
  }

  /**
   * Finds the driver and its devices.
   *
   * @throws DeviceUnavailableException if there is no driver, it is too old, or it has no device
   */
  public static CudaDriver open() {
    return open(LIBRARY);
  }

  static CudaDriver open(NativeLibrary library) {
    library.require(ADVICE);
    JCudaNatives.load(() -> JCudaDriver.setExceptionsEnabled(false));
    require(cuInit(0), "starting");
    int[] value = new int[1];
    require(cuDriverGetVersion(value), "asking for the version of");
    int version = value[0];
    if (version < OLDEST_VERSION) {
      throw new DeviceUnavailableException(
          "NVIDIA's driver is for CUDA %s, at least %s is needed: %s"
              .formatted(text(version), text(OLDEST_VERSION), ADVICE));
    }
    require(cuDeviceGetCount(value), "counting the devices of");
    if (value[0] == 0) {
      throw noDevice();
    }
    return new CudaDriver(
        version, IntStream.range(0, value[0]).mapToObj(CudaDevice::query).toList());
  }

  /** Versions are written 1000 major + 10 minor. */
  private static String text(int version) {
    return "%d.%d".formatted(version / 1000, version % 1000 / 10);
  }

  private static void require(int status, String action) {
    if (status == CUresult.CUDA_ERROR_NO_DEVICE) {
      throw noDevice();
    }
    if (status != CUresult.CUDA_SUCCESS) {
      throw new DeviceUnavailableException(
          "%s NVIDIA's driver failed with %s: check it with nvidia-smi, or use --device cpu"
              .formatted(action, CUresult.stringFor(status)));
    }
  }

  private static DeviceUnavailableException noDevice() {
    return new DeviceUnavailableException(
        "NVIDIA's driver is there but has no device: check with nvidia-smi and CUDA_VISIBLE_DEVICES,"
            + " or use --device cpu");
  }

  /** The version of CUDA that the driver is made for, e.g. {@code "12.6"}. */
  public String version() {
    return text(version);
  }

  /** All devices, in the driver's order. */
  public List<CudaDevice> devices() {
    return devices;
  }

  /**
   * The device of a number.
   *
   * @throws DeviceUnavailableException if there is none, or it is too old
   */
  public CudaDevice device(int number) {
    if (number >= devices.size()) {
      throw new DeviceUnavailableException(
          "device cuda:%d is unknown: this machine has %d, %s"
              .formatted(number, devices.size(), devices));
    }
    CudaDevice device = devices.get(number);
    if (device.capability() < OLDEST_CAPABILITY) {
      throw new DeviceUnavailableException(
          "device %s has compute capability %.1f, at least %.1f (Ampere) is needed: use --device cpu"
              .formatted(device, device.capability() / 10.0, OLDEST_CAPABILITY / 10.0));
    }
    return device;
  }
}
