package io.zoetrope.kernels.emulator.machine;

import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.report.Grid;

/**
 * One launch of a kernel.
 *
 * @param number of the launch, different for each
 * @param parameters the parameter buffer
 */
public record Launch(
    long number,
    PtxKernel kernel,
    Grid grid,
    int dynamicSharedBytes,
    MemoryRegion parameters,
    DeviceMemory memory,
    EmulatorOptions options) {
  int warps() {
    return (int) (grid.threads().volume() + 31) / 32;
  }

  int sharedBytes() {
    return kernel.staticSharedBytes() + dynamicSharedBytes;
  }

  boolean checksInitialisation() {
    return options.checkInitialisation();
  }

  boolean checksRaces() {
    return options.checkRaces();
  }

  boolean watchesGlobalRaces() {
    return options.checkGlobalRaces() && grid.blocks().volume() > 1;
  }
}
