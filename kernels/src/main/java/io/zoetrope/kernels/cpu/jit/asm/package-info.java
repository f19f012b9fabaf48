/**
 * Writes instructions of x86-64 and makes them callable: the assembler and its operands, the
 * instruction sets and which of them a processor has, executable memory, and the functions that are
 * generated already.
 *
 * <p>It knows neither tensors nor operations and depends on no other package.
 */
package io.zoetrope.kernels.cpu.jit.asm;
