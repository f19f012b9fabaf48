/**
 * A PTX emulator: runs the CUDA kernels of this engine on the CPU, with sanitizers, and counts what
 * a profiler would.
 *
 * <p>{@link io.zoetrope.kernels.emulator.PtxModule} reads PTX text and decodes it: statements
 * become instructions, most of them one function applied to rows of 32 lanes. {@link
 * io.zoetrope.kernels.emulator.DeviceMemory} is the device's global memory, and {@link
 * io.zoetrope.kernels.emulator.Emulator} runs kernels on it and reports what they did. What a
 * sanitizer finds comes as a {@link io.zoetrope.kernels.emulator.KernelFault}.
 *
 * <pre>{@code
 * PtxKernel kernel = PtxModule.parse(ptx).kernel("scale");
 * DeviceMemory memory = new DeviceMemory(1L << 30);
 * long x = memory.allocate(4096);
 * memory.write(x, hostSegment);
 * LaunchReport report =
 *     new Emulator(memory, EmulatorOptions.STRICT)
 *         .launch(kernel, Grid.of(8, 128), 0, parameterSegment);
 * memory.read(x, hostSegment);
 * }</pre>
 */
package io.zoetrope.kernels.emulator;
