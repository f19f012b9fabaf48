/**
 * A PTX emulator: runs the CUDA kernels of this engine on the CPU, with sanitizers, and counts what
 * a profiler would.
 *
 * <p>{@link io.zoetrope.kernels.emulator.PtxModule} reads PTX text and decodes it: statements
 * become instructions, most of them one function applied to rows of 32 lanes. {@link
 * io.zoetrope.kernels.emulator.memory.DeviceMemory} is the device's global memory, and {@link
 * io.zoetrope.kernels.emulator.Emulator} runs kernels on it and reports what they did. What a
 * sanitizer finds comes as a {@link io.zoetrope.kernels.emulator.fault.KernelFault}.
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
 *
 * <p>From the ground up: {@code fault} (what is refused or found), {@code checks} (races, bank
 * conflicts), {@code memory}, {@code parser} (PTX text to statements), {@code report} (counts),
 * {@code machine} (warps and blocks at work) and {@code opcodes} (statements to instructions). None
 * of them depends on one that is named later, nor on this package.
 */
package io.zoetrope.kernels.emulator;
