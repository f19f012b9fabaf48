package io.zoetrope.kernels.emulator.fault;

/** What a sanitizer found in a running kernel. */
public enum Finding {
  /** An access outside of every allocation, or outside of the block's shared memory. */
  OUT_OF_BOUNDS,
  /** An address that is not a multiple of the access's width. */
  MISALIGNED,
  /** A read of memory that nobody has written. */
  UNINITIALISED_MEMORY,
  /** A read of a register that the thread has not written. */
  UNINITIALISED_REGISTER,
  /**
   * Two threads of a block touch the same shared memory, one of them writes, no barrier between.
   */
  SHARED_RACE,
  /** Two blocks touch the same global memory and one of them writes, without atomics. */
  GLOBAL_RACE,
  /** An access to the destination of an asynchronous copy that was not waited for. */
  ASYNC_COPY_PENDING,
  /** A barrier, shuffle or matrix instruction that some of its threads do not reach together. */
  DIVERGENCE,
  /** The kernel runs longer than the limit of the options. */
  ENDLESS,
  /** The kernel executed {@code trap}. */
  TRAP
}
