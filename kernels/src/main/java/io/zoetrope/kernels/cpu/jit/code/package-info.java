/**
 * What functions are written with, above single instructions: vectors of elements that are loaded
 * and stored as floats whatever their dtype, the registers they take, loops over rows and columns
 * with their remainders, and the elementary functions.
 *
 * <p>It depends on {@link io.zoetrope.kernels.cpu.jit.asm} alone, besides dtypes and activations.
 */
package io.zoetrope.kernels.cpu.jit.code;
