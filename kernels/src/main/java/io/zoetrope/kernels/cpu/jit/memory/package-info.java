/**
 * What generated functions work on: views of tensors in native memory, scratch of a thread, memory
 * of the operating system, and weights with their packed forms.
 *
 * <p>It depends on {@link io.zoetrope.kernels.cpu.jit.asm}, and on tensors.
 */
package io.zoetrope.kernels.cpu.jit.memory;
