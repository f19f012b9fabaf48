package io.zoetrope.kernels.emulator.parser;

/**
 * A parameter of a kernel, in the order of its declaration.
 *
 * @param name in the PTX, such as {@code gemm_param_0}
 * @param type that it is declared with; of an array, that of its elements
 * @param offset in the parameter buffer in bytes, aligned as the ABI wants it
 * @param bytes its size
 */
public record KernelParameter(String name, PtxType type, int offset, int bytes) {}
