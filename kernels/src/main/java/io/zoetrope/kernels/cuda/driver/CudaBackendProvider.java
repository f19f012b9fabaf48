package io.zoetrope.kernels.cuda.driver;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.DeviceSpec;
import io.zoetrope.ops.DeviceUnavailableException;
import java.util.Set;

/**
 * Announces the device "cuda". Its options: {@code gemm=cublas} and {@code conv=cudnn} for
 * libraries instead of our own kernels, and {@code weights=GIB} for how much device memory weights
 * may take before they are streamed.
 */
public final class CudaBackendProvider implements BackendProvider {
  private static final String GEMM = "gemm";
  private static final String CONV = "conv";
  private static final String WEIGHTS = "weights";

  @Override
  public String device() {
    return "cuda";
  }

  @Override
  public Backend open(DeviceSpec spec, int threads) {
    return open(spec, CudaDriver.LIBRARY, Cublas.LIBRARY, Cudnn.LIBRARY);
  }

  /** Opens a device with NVIDIA's libraries in these files. */
  static Backend open(
      DeviceSpec spec, NativeLibrary driver, NativeLibrary cublas, NativeLibrary cudnn) {
    spec.requireOptions(Set.of(GEMM, CONV, WEIGHTS));
    boolean useCublas = isChosen(spec, GEMM, "cublas");
    boolean useCudnn = isChosen(spec, CONV, "cudnn");
    double gibibytes = weightGibibytes(spec);
    CudaDevice device = CudaDriver.open(driver).device(spec.number());
    DriverRuntime runtime = new DriverRuntime(device, new PtxLibrary()::moduleOf);
    try {
      long weightBytes =
          gibibytes > 0 ? (long) (gibibytes * (1 << 30)) : CudaBackend.weightShare(runtime);
      return useCublas || useCudnn
          ? new LibraryBackend(
              runtime, weightBytes, useCublas ? cublas : null, useCudnn ? cudnn : null)
          : new CudaBackend(runtime, weightBytes);
    } catch (RuntimeException e) {
      throw Failures.closing(runtime, e);
    }
  }

  private static boolean isChosen(DeviceSpec spec, String option, String library) {
    String value = spec.options().getOrDefault(option, "own");
    if (!value.equals("own") && !value.equals(library)) {
      throw new DeviceUnavailableException(
          "device option %s=%s: own or %s is needed".formatted(option, value, library));
    }
    return value.equals(library);
  }

  /** 0 if it is not given. */
  private static double weightGibibytes(DeviceSpec spec) {
    String value = spec.options().get(WEIGHTS);
    if (value == null) {
      return 0;
    }
    if (!value.matches("\\d{1,4}(\\.\\d{1,3})?") || Double.parseDouble(value) == 0) {
      throw new DeviceUnavailableException(
          "device option weights=%s: a number of GiB above 0 is needed, such as 8 or 0.5"
              .formatted(value));
    }
    return Double.parseDouble(value);
  }
}
