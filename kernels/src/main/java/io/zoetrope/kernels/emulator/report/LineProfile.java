package io.zoetrope.kernels.emulator.report;

import io.zoetrope.kernels.emulator.fault.SourceLine;

/**
 * What happened at one instruction of a kernel.
 *
 * @param line of the PTX text
 * @param source that it was compiled from; null where the PTX does not say so
 * @param warpInstructions how often warps issued it
 * @param threadInstructions how often threads ran it: active lanes, after its guard
 * @param divergences how often the lanes of a warp went different ways here
 * @param requests of warps to memory
 * @param bytes that the active lanes asked for
 * @param transactions 32-byte sectors of global memory, or wavefronts of shared memory
 * @param idealTransactions fewest that the same bytes could take
 * @param flops floating-point operations outside of tensor cores
 * @param tensorFlops floating-point operations on tensor cores
 */
public record LineProfile(
    int line,
    SourceLine source,
    String text,
    InstructionClass kind,
    long warpInstructions,
    long threadInstructions,
    long divergences,
    long requests,
    long bytes,
    long transactions,
    long idealTransactions,
    long flops,
    long tensorFlops) {
  /** The counts of two launches together. */
  LineProfile plus(LineProfile other) {
    return new LineProfile(
        line,
        source,
        text,
        kind,
        warpInstructions + other.warpInstructions,
        threadInstructions + other.threadInstructions,
        divergences + other.divergences,
        requests + other.requests,
        bytes + other.bytes,
        transactions + other.transactions,
        idealTransactions + other.idealTransactions,
        flops + other.flops,
        tensorFlops + other.tensorFlops);
  }
}
