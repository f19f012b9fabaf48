/**
 * The CPU backend of x86-64 Linux: every loop over elements is a function that the engine generates
 * as machine code, for the instruction set and the shape at hand. Such code is fast from its first
 * call on, which a loop that the JVM has to compile first is not.
 *
 * <p>{@link io.zoetrope.kernels.cpu.jit.Assembler} writes instructions, a {@link
 * io.zoetrope.kernels.cpu.jit.KernelCache.Recipe} is what a function is generated from, {@link
 * io.zoetrope.kernels.cpu.jit.BlockProduct} is the microkernel under everything heavy, and the
 * classes named after operations cut tensors in blocks and call the functions.
 */
package io.zoetrope.kernels.cpu.jit;
