package io.zoetrope.kernels.cpu.jit.asm;

/**
 * Where the rows of a matrix lie in memory, as two arguments.
 *
 * @param address of the first row
 * @param pitch bytes from row to row; 0 for the same row always
 * @param <R> the recipes whose functions take it
 */
public record RowsArgument<R extends KernelCache.Recipe>(Argument<R> address, Argument<R> pitch) {}
