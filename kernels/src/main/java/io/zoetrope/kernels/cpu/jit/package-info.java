/**
 * The CPU backend of x86-64 Linux: every loop over elements is a function that the engine generates
 * as machine code, for the instruction set and the shape at hand. Such code is fast from its first
 * call on, which a loop that the JVM has to compile first is not.
 *
 * <p>From the ground up: {@link io.zoetrope.kernels.cpu.jit.asm} writes instructions and makes them
 * callable, {@link io.zoetrope.kernels.cpu.jit.memory} holds what functions work on, {@link
 * io.zoetrope.kernels.cpu.jit.code} writes loops over vectors, {@link
 * io.zoetrope.kernels.cpu.jit.kernel} has the functions, one record each, and {@link
 * io.zoetrope.kernels.cpu.jit.op} cuts tensors in blocks and calls them. This package holds the
 * backend alone and may depend on all of them; none of them depends on it.
 */
package io.zoetrope.kernels.cpu.jit;
