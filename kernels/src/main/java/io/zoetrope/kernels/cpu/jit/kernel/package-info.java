/**
 * The generated functions. Each is a record, a {@link
 * io.zoetrope.kernels.cpu.jit.asm.KernelCache.Recipe}, which says what the function is made for and
 * which arguments it takes; {@link io.zoetrope.kernels.cpu.jit.kernel.BlockProduct} is the
 * microkernel under everything heavy.
 *
 * <p>It depends on {@link io.zoetrope.kernels.cpu.jit.code}, {@link
 * io.zoetrope.kernels.cpu.jit.memory} for how the operands of products lie, and {@link
 * io.zoetrope.kernels.cpu.jit.asm}. It never sees a tensor.
 */
package io.zoetrope.kernels.cpu.jit.kernel;
