package io.zoetrope.kernels.cuda;

import io.zoetrope.kernels.cuda.emulated.EmulatedRuntime;
import io.zoetrope.kernels.emulator.PtxModule;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The emulator as a device that knows what was launched. */
final class EmulatorRuntime extends EmulatedRuntime {
  private static final int THREADS = 2;
  private static final long MEMORY = 1L << 30;

  private final Set<String> launched = new TreeSet<>();

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
  }

  /** Kernels that were launched so far. */
  Set<String> launched() {
    return launched;
  }

  @Override
  public void launch(
      String kernel,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      Object... arguments) {
    launched.add(kernel);
    super.launch(kernel, gridX, gridY, gridZ, blockX, blockY, blockZ, sharedBytes, arguments);
  }
}
