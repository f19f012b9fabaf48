package io.zoetrope.tools.kernel;

import io.zoetrope.kernels.cuda.driver.PtxAssembler;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.report.GpuArchitecture;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.Occupancy;
import io.zoetrope.ops.DeviceUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** All launches of one kernel, and what NVIDIA's assembler makes of it. */
public final class KernelProfile {
  /**
   * What a kernel takes of a multiprocessor.
   *
   * @param architecture such as {@code sm_80}
   * @param registers of a thread
   * @param spills instructions that reach local memory
   * @param occupancy empty where not even one block fits
   */
  public record Resources(
      String architecture, int registers, int spills, Optional<Occupancy> occupancy) {}

  private final String kernel;
  private final Set<Grid> grids = new LinkedHashSet<>();
  private final Set<String> others = new LinkedHashSet<>();
  private LaunchReport sum;
  private int launches;

  /** A profile without launches. */
  public KernelProfile(String kernel) {
    this.kernel = kernel;
  }

  /** Counts a launch, which is left out if it is that of another kernel. */
  public void add(LaunchReport launch) {
    if (launch.kernel().equals(kernel)) {
      launches++;
      grids.add(launch.grid());
      sum = sum == null ? launch : sum.plus(launch);
    } else {
      others.add(launch.kernel());
    }
  }

  /** Name of the kernel. */
  public String kernel() {
    return kernel;
  }

  /** How often it was launched. */
  public int launches() {
    return launches;
  }

  /** Kernels that were launched beside it. */
  public Set<String> others() {
    return others;
  }

  /** Grids of the launches, each once. */
  Set<Grid> grids() {
    return grids;
  }

  /** The counts of all launches together. */
  LaunchReport sum() {
    return sum;
  }

  /** Most shared memory of a block. */
  int sharedBytes() {
    return sum.staticSharedBytes() + sum.dynamicSharedBytes();
  }

  /**
   * Registers and occupancy on each architecture, of the launch with the most shared memory.
   *
   * @throws DeviceUnavailableException if this system has no assembler
   */
  List<Resources> resources() {
    String ptx = new PtxLibrary().alone(kernel);
    int threads = (int) sum.grid().threads().volume();
    List<Resources> resources = new ArrayList<>();
    for (GpuArchitecture architecture : GpuArchitecture.values()) {
      String name = architecture.name().toLowerCase(Locale.ROOT);
      PtxAssembler.Kernel code = PtxAssembler.assemble(ptx, name).get(kernel);
      resources.add(
          new Resources(
              name,
              code.registers(),
              code.count(PtxAssembler.LDL, PtxAssembler.STL),
              sharedBytes() > architecture.sharedBytesPerBlock()
                  ? Optional.empty()
                  : Optional.of(architecture.occupancy(threads, code.registers(), sharedBytes()))));
    }
    return resources;
  }
}
