package io.zoetrope.kernels.emulator.report;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;

/**
 * What a launch did, as a profiler would count it.
 *
 * @param lines one for each instruction of the kernel, in the order of the PTX
 */
public record LaunchReport(
    String kernel,
    Grid grid,
    int staticSharedBytes,
    int dynamicSharedBytes,
    List<LineProfile> lines) {
  private static final InstructionClass[] GLOBAL = {
    InstructionClass.GLOBAL_LOAD, InstructionClass.GLOBAL_STORE, InstructionClass.ASYNC_COPY
  };

  private static final InstructionClass[] SHARED = {
    InstructionClass.SHARED_LOAD, InstructionClass.SHARED_STORE
  };

  /**
   * Returns the counts of two launches of a kernel together, under the larger grid of both.
   *
   * @param other a launch of the same kernel
   */
  public LaunchReport plus(LaunchReport other) {
    LaunchReport larger = grid.blocks().volume() >= other.grid.blocks().volume() ? this : other;
    return new LaunchReport(
        kernel,
        larger.grid,
        staticSharedBytes,
        Math.max(dynamicSharedBytes, other.dynamicSharedBytes),
        IntStream.range(0, lines.size())
            .mapToObj(i -> lines.get(i).plus(other.lines.get(i)))
            .toList());
  }

  /** Sum of a count over the instructions of some classes; over all for none. */
  public long sum(ToLongFunction<LineProfile> count, InstructionClass... kinds) {
    List<InstructionClass> wanted = Arrays.asList(kinds);
    return lines.stream()
        .filter(line -> wanted.isEmpty() || wanted.contains(line.kind()))
        .mapToLong(count)
        .sum();
  }

  /** Instructions that warps issued. */
  public long warpInstructions(InstructionClass... kinds) {
    return sum(LineProfile::warpInstructions, kinds);
  }

  /** Instructions that threads ran. */
  public long threadInstructions(InstructionClass... kinds) {
    return sum(LineProfile::threadInstructions, kinds);
  }

  /** Branches at which the lanes of a warp went different ways. */
  public long divergentBranches() {
    return sum(LineProfile::divergences);
  }

  /** Share of lanes that were active over all issued instructions, 0 to 1. */
  public double activeLanes() {
    return threadInstructions() / (32.0 * Math.max(1, warpInstructions()));
  }

  /** Bytes that threads asked global memory for, asynchronous copies included, atomics not. */
  public long globalBytes() {
    return sum(LineProfile::bytes, GLOBAL);
  }

  /** 32-byte sectors that global memory moved for them. */
  public long globalSectors() {
    return sum(LineProfile::transactions, GLOBAL);
  }

  /** Share of the moved bytes that was asked for; above 1 where lanes share bytes. */
  public double globalEfficiency() {
    return globalBytes() / (32.0 * Math.max(1, globalSectors()));
  }

  /** Wavefronts of shared memory beyond the fewest possible. */
  public long bankConflicts() {
    return sum(LineProfile::transactions, SHARED) - sum(LineProfile::idealTransactions, SHARED);
  }

  /** Bytes that threads asked shared memory for. */
  public long sharedBytes() {
    return sum(LineProfile::bytes, SHARED);
  }

  /** Floating-point operations on tensor cores. */
  public long tensorFlops() {
    return sum(LineProfile::tensorFlops);
  }

  /** Floating-point operations outside of tensor cores; a fused multiply-add is two. */
  public long flops() {
    return sum(LineProfile::flops);
  }

  /**
   * Returns all counts as lines of text, with the instructions that waste the most transactions.
   */
  public String summary() {
    return new ReportText(this).write();
  }
}
