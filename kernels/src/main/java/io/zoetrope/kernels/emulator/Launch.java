package io.zoetrope.kernels.emulator;

/**
 * One launch of a kernel.
 *
 * @param number of the launch, different for each
 * @param parameters the parameter buffer
 */
record Launch(
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
