/**
 * A stand-in for NVIDIA's libraries, so that the whole path through JCuda's native code runs in
 * tests on machines without a GPU.
 *
 * <p>{@code libcuda.so.1}, {@code libcublas.so.12} and {@code libcudnn.so.8} are compiled by gcc
 * from a list of the functions that we call; what else JCuda's natives link against is missing, as
 * it may be in an old driver. Each function forwards its arguments to Java, where {@link
 * io.zoetrope.kernels.cuda.standin.StandInDriver} does what a driver would do, with kernels run by
 * the PTX emulator.
 */
package io.zoetrope.kernels.cuda.standin;
