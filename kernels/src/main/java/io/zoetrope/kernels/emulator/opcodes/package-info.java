/**
 * Turns statements into instructions: one class for each family of opcodes, which says what an
 * instruction does to the registers and the memory of a warp. It depends on every package of the
 * emulator that lies below it, {@link io.zoetrope.kernels.emulator.machine} above all.
 */
package io.zoetrope.kernels.emulator.opcodes;
