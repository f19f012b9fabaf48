package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Native memory for the arguments of one call after the other; belongs to one thread. */
public final class ArgumentRecord {
  private static final int ALIGNMENT = 64;

  private final MemorySegment memory;
  private long calls;

  /** A record for any function, in memory of an arena. */
  public ArgumentRecord(Arena arena) {
    memory = arena.allocate(ArgumentNames.MOST * (long) Long.BYTES, ALIGNMENT);
  }

  /** Returns the number of a call that takes the record from the one before. */
  long begin() {
    return ++calls;
  }

  /** Whether no other call has begun since. */
  boolean belongsTo(long call) {
    return calls == call;
  }

  void set(Argument<?> argument, long value) {
    memory.set(ValueLayout.JAVA_LONG, argument.offset(), value);
  }

  MemorySegment memory() {
    return memory;
  }
}
