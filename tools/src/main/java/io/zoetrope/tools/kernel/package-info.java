/** What single CUDA kernels do on the emulator, as a profiler of kernels shows it. */
package io.zoetrope.tools.kernel;
