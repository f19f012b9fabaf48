/**
 * The CPU backend of every machine: all operations on the Vector API.
 *
 * <p>Tensors are read and written in blocks, through float arrays that stay in the cache: one bulk
 * copy per block works on every kind of memory (native, mapped, heap), keeps all bounds and
 * lifetime checks, and is fast before the compiler has seen it. The arithmetic between is float32
 * for every dtype.
 */
package io.zoetrope.kernels.cpu.vector;
