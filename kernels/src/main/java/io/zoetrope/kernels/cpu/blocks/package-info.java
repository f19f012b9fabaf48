/** How the CPU backends cut operations in blocks, one for a task of a thread. */
package io.zoetrope.kernels.cpu.blocks;
