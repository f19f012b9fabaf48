/**
 * Accesses to memory, judged: races between threads and between blocks, conflicts of banks, and
 * sectors. They say what they see, and whoever asks makes a fault or a count of it; so they depend
 * on no other package.
 */
package io.zoetrope.kernels.emulator.checks;
