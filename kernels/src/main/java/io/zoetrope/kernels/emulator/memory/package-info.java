/**
 * Bytes and what is known of each, such as whether it was ever written: allocations of the device,
 * variables of modules, and the addresses of both. It depends on {@link
 * io.zoetrope.kernels.emulator.checks}, which keeps the races of a region, and on {@link
 * io.zoetrope.kernels.emulator.fault}.
 */
package io.zoetrope.kernels.emulator.memory;
