/**
 * CUDA without a GPU: the kernels run as PTX on the emulator of {@code
 * io.zoetrope.kernels.emulator}. Slow, but every access is checked; for tests, for parity, and to
 * look into a kernel.
 */
package io.zoetrope.kernels.cuda.emulated;
