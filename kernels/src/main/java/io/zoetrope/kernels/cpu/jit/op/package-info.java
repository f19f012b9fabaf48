/**
 * The operations: classes named after them cut tensors in blocks, share the blocks among threads,
 * and call generated functions on them. Here weights are packed, too.
 *
 * <p>It depends on {@link io.zoetrope.kernels.cpu.jit.kernel} and what lies below, on the cuts of
 * {@code cpu.blocks} and the threads of {@code cpu.pool}.
 */
package io.zoetrope.kernels.cpu.jit.op;
