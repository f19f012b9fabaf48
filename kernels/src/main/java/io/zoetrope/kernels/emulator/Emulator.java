package io.zoetrope.kernels.emulator;

import io.zoetrope.kernels.emulator.fault.InvalidLaunchException;
import io.zoetrope.kernels.emulator.fault.KernelFault;
import io.zoetrope.kernels.emulator.machine.Block;
import io.zoetrope.kernels.emulator.machine.EmulatorOptions;
import io.zoetrope.kernels.emulator.machine.Instruction;
import io.zoetrope.kernels.emulator.machine.Launch;
import io.zoetrope.kernels.emulator.machine.PtxKernel;
import io.zoetrope.kernels.emulator.memory.DeviceMemory;
import io.zoetrope.kernels.emulator.memory.MemoryRegion;
import io.zoetrope.kernels.emulator.report.GpuArchitecture;
import io.zoetrope.kernels.emulator.report.Grid;
import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.kernels.emulator.report.LineProfile;
import io.zoetrope.kernels.emulator.report.Profile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs PTX kernels on the CPU, checks every access they make, and counts what a profiler would.
 *
 * <p>The results of a launch do not depend on the number of host threads. Approximate functions are
 * computed exactly and tensor-core sums in float32, so results agree with a GPU within rounding
 * only.
 */
public final class Emulator {
  private static final AtomicLong LAUNCHES = new AtomicLong();

  private final DeviceMemory memory;
  private final EmulatorOptions options;

  /**
   * An emulator over a device memory.
   *
   * @param memory global memory that the kernels see
   */
  public Emulator(DeviceMemory memory, EmulatorOptions options) {
    this.memory = memory;
    this.options = options;
  }

  /**
   * Runs a kernel to its end.
   *
   * @param dynamicSharedBytes shared memory of each block beyond the static one
   * @param parameters the parameter buffer, laid out as {@link PtxKernel#parameters()} says
   * @throws InvalidLaunchException when sizes do not fit the kernel
   * @throws KernelFault when a sanitizer finds something; memory is then partly written
   */
  public LaunchReport launch(
      PtxKernel kernel, Grid grid, int dynamicSharedBytes, MemorySegment parameters) {
    check(kernel, grid, dynamicSharedBytes, parameters);
    MemoryRegion buffer = new MemoryRegion(0, kernel.parameterBytes());
    MemorySegment.copy(
        parameters, ValueLayout.JAVA_BYTE, 0, buffer.data(), 0, kernel.parameterBytes());
    Launch launch =
        new Launch(
            LAUNCHES.incrementAndGet(), kernel, grid, dynamicSharedBytes, buffer, memory, options);
    try {
      Profile profile = run(launch);
      return report(launch, profile);
    } finally {
      memory.endLaunch();
    }
  }

  private static void check(
      PtxKernel kernel, Grid grid, int dynamicSharedBytes, MemorySegment parameters) {
    if (grid.threads().volume() > kernel.maximumThreads()) {
      throw new InvalidLaunchException(
          "kernel %s was compiled for blocks of up to %d threads, not %s"
              .formatted(kernel.name(), kernel.maximumThreads(), grid.threads()));
    }
    long shared = (long) kernel.staticSharedBytes() + dynamicSharedBytes;
    if (dynamicSharedBytes < 0 || shared > GpuArchitecture.MOST_SHARED_BYTES) {
      throw new InvalidLaunchException(
          "kernel %s with %d + %d bytes of shared memory: a block has at most %d"
              .formatted(
                  kernel.name(),
                  kernel.staticSharedBytes(),
                  dynamicSharedBytes,
                  GpuArchitecture.MOST_SHARED_BYTES));
    }
    if (parameters.byteSize() < kernel.parameterBytes()) {
      throw new InvalidLaunchException(
          "kernel %s wants %d bytes of parameters, not %d"
              .formatted(kernel.name(), kernel.parameterBytes(), parameters.byteSize()));
    }
    if (grid.blocks().volume() > Integer.MAX_VALUE) {
      throw new InvalidLaunchException("a grid of " + grid.blocks() + " is too large to emulate");
    }
  }

  private Profile run(Launch launch) {
    int blocks = (int) launch.grid().blocks().volume();
    int threads = launch.kernel().hasGlobalAtomics() ? 1 : Math.min(options.threads(), blocks);
    Workers workers = new Workers(launch, blocks);
    List<Thread> helpers = new ArrayList<>();
    for (int i = 1; i < threads; i++) {
      helpers.add(Thread.ofPlatform().name("emulator-" + i).start(workers));
    }
    workers.run();
    for (Thread helper : helpers) {
      join(helper);
    }
    return workers.result();
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Hands out blocks; keeps the failure of the block with the lowest number. */
  private static final class Workers implements Runnable {
    private final Launch launch;
    private final int blocks;
    private final AtomicInteger next = new AtomicInteger();
    private final Profile profile;
    private volatile boolean failed;
    private RuntimeException failure;
    private int failedBlock = Integer.MAX_VALUE;

    Workers(Launch launch, int blocks) {
      this.launch = launch;
      this.blocks = blocks;
      this.profile = new Profile(launch.kernel().instructions().length);
    }

    @Override
    public void run() {
      Block block = new Block(launch);
      while (!failed) {
        int number = next.getAndIncrement();
        if (number >= blocks) {
          break;
        }
        try {
          block.run(number);
        } catch (RuntimeException e) {
          fail(number, e);
        }
      }
      synchronized (this) {
        profile.add(block.profile());
      }
    }

    private synchronized void fail(int number, RuntimeException e) {
      failed = true;
      if (number < failedBlock) {
        failedBlock = number;
        failure = e;
      }
    }

    synchronized Profile result() {
      if (failure != null) {
        throw failure;
      }
      return profile;
    }
  }

  private static LaunchReport report(Launch launch, Profile profile) {
    Instruction[] code = launch.kernel().instructions();
    List<LineProfile> lines = new ArrayList<>(code.length);
    for (int pc = 0; pc < code.length; pc++) {
      Instruction at = code[pc];
      lines.add(
          profile.line(
              pc, at.line(), at.source(), at.text(), at.kind(), at.flops(), at.tensorFlops()));
    }
    return new LaunchReport(
        launch.kernel().name(),
        launch.grid(),
        launch.kernel().staticSharedBytes(),
        launch.dynamicSharedBytes(),
        List.copyOf(lines));
  }
}
