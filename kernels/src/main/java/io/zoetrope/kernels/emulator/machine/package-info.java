/**
 * The machine that runs decoded instructions: blocks and warps, their registers, the spaces of
 * memory as a warp sees them, asynchronous copies, and tensor cores. It depends on every package of
 * the emulator except {@code opcodes}, whose functions it runs without knowing them.
 */
package io.zoetrope.kernels.emulator.machine;
