/**
 * Runs x86-64 machine code in Java, so that kernels for instruction sets that a machine lacks are
 * tested on it all the same. It reads the bytes by the manual (Intel 64 and IA-32 Architectures
 * Software Developer's Manual, volumes 1 and 2) and shares nothing with the assembler that wrote
 * them.
 */
package io.zoetrope.kernels.cpu.jit.emulator;
