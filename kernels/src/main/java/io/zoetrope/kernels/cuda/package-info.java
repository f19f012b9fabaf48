/**
 * The CUDA backend: {@link io.zoetrope.kernels.cuda.CudaBackend} computes operations with kernels
 * of this engine, on whatever runs them.
 *
 * <p>From the ground up: {@link io.zoetrope.kernels.cuda.runtime} says what a device must be able
 * to do, {@link io.zoetrope.kernels.cuda.memory} keeps tensors and weights there, {@link
 * io.zoetrope.kernels.cuda.op} launches the kernels, this package makes a backend of them, and
 * {@link io.zoetrope.kernels.cuda.driver} and {@link io.zoetrope.kernels.cuda.emulated} are the
 * devices: NVIDIA's driver, and the emulator.
 */
package io.zoetrope.kernels.cuda;
