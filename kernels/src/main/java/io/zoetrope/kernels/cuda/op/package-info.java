/**
 * The operations on a CUDA device: which kernel, how many blocks, which arguments. A class stands
 * for a family of kernels in {@code src/main/cuda}; what a kernel computes is said there.
 *
 * <p>It depends on {@link io.zoetrope.kernels.cuda.runtime} and on {@link
 * io.zoetrope.kernels.cuda.memory}; the backend depends on it.
 */
package io.zoetrope.kernels.cuda.op;
