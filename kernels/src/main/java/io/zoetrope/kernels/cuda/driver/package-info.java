/**
 * NVIDIA's driver, reached through JCuda: devices, memory, streams, modules, and the libraries
 * cuBLAS and cuDNN as alternatives to kernels of our own.
 *
 * <p>Nothing of JCuda is touched before {@link io.zoetrope.kernels.cuda.driver.CudaDriver} has
 * found a driver that has every function we call. Host memory is handed to the driver by address,
 * never as a Java array: JCuda would hold an array critically during the whole native call.
 */
package io.zoetrope.kernels.cuda.driver;
