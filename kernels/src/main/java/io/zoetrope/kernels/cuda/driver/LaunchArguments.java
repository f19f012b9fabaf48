package io.zoetrope.kernels.cuda.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The arguments of a launch in native memory: the values, and the table of their addresses. */
final class LaunchArguments {
  /** CUDA limits the parameters of a kernel to 4 KiB; values are aligned to 8 bytes. */
  private static final int MAX_BYTES = 4096;

  private final MemorySegment values;
  private final MemorySegment table;

  LaunchArguments(Arena arena) {
    values = arena.allocate(MAX_BYTES, Long.BYTES);
    table = arena.allocate(ADDRESS, MAX_BYTES / Long.BYTES);
  }

  /**
   * Writes the arguments of the next launch, which are known to fit its kernel; the driver reads
   * them during the call.
   */
  HostPointer write(Object... arguments) {
    long position = 0;
    for (int i = 0; i < arguments.length; i++) {
      table.setAtIndex(ADDRESS, i, values.asSlice(position));
      position +=
          switch (arguments[i]) {
            case Long value -> {
              values.set(JAVA_LONG, position, value);
              yield Long.BYTES;
            }
            case Integer value -> {
              values.set(JAVA_INT, position, value);
              yield Long.BYTES;
            }
            case Float value -> {
              values.set(JAVA_FLOAT, position, value);
              yield Long.BYTES;
            }
            case long[] structure -> {
              MemorySegment.copy(structure, 0, values, JAVA_LONG, position, structure.length);
              yield (long) structure.length * Long.BYTES;
            }
            default -> throw new AssertionError(arguments[i]);
          };
    }
    return new HostPointer(table);
  }
}
