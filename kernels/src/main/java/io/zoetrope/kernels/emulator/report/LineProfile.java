package io.zoetrope.kernels.emulator.report;

/**
 * What happened at one instruction of a kernel.
 *
 * @param line of the PTX text
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
    long tensorFlops) {}
