/**
 * What the emulator refuses or finds, with the place of it. It depends on no other package: all
 * others throw what is here.
 */
package io.zoetrope.kernels.emulator.fault;
