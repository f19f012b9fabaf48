package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.emulated.EmulatedRuntime;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The emulator as a device that knows what was launched. */
final class EmulatorRuntime extends EmulatedRuntime {
  /** Of the host: blocks that run one after the other show every race in global memory. */
  private static final int THREADS = 1;

  private static final long MEMORY = 1L << 30;

  private final List<LaunchReport> launches = new ArrayList<>();

  /** A device with the kernels of the library. */
  EmulatorRuntime() {
    this(Map.of());
  }

  /** A device with other modules for some kernels, by the kernel's name. */
  EmulatorRuntime(Map<String, PtxModule> replaced) {
    super(
        THREADS,
        MEMORY,
        kernel -> replaced.containsKey(kernel) ? replaced.get(kernel) : libraryModule(kernel));
    watch(launches::add);
  }

  /** What was launched so far. */
  List<LaunchReport> launches() {
    return launches;
  }
}
