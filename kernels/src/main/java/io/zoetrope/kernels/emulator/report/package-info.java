/**
 * Counts of a launch, line by line and in sum, and how full a kernel makes a multiprocessor. It
 * depends on {@link io.zoetrope.kernels.emulator.fault} alone.
 */
package io.zoetrope.kernels.emulator.report;
