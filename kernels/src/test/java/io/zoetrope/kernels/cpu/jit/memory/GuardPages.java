package io.zoetrope.kernels.cpu.jit.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory between pages that nobody may touch (Linux): code that reads or writes one byte beyond
 * either end is stopped by the processor, which ends the virtual machine.
 */
public final class GuardPages {
  private static final int PROTECT_NONE = 0;

  private static final MethodHandle MPROTECT =
      LinuxMemory.function(
          "mprotect",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private GuardPages() {}

  /**
   * Whole pages of at least so many bytes, zero, as long as the arena lives. The page before the
   * first one and the page behind the last one can't be accessed.
   */
  public static MemorySegment allocate(Arena arena, long bytes) {
    long inside = Math.ceilDiv(Math.max(1, bytes), LinuxMemory.PAGE) * LinuxMemory.PAGE;
    long all = inside + 2 * LinuxMemory.PAGE;
    long start =
        LinuxMemory.call(() ->
            (long)
                LinuxMemory.MMAP.invokeExact(
                    0L, all, PROTECT_NONE, LinuxMemory.PRIVATE_ANONYMOUS, -1, 0L));
    if (start == -1) {
      throw new IllegalStateException("mmap of %d bytes failed".formatted(all));
    }
    long first = start + LinuxMemory.PAGE;
    require("mprotect", () -> (int) MPROTECT.invokeExact(first, inside, LinuxMemory.READ_WRITE));
    return MemorySegment.ofAddress(first)
        .reinterpret(
            inside,
            arena,
            _ -> require("munmap", () -> (int) LinuxMemory.MUNMAP.invokeExact(start, all)));
  }

  private static void require(String name, LinuxMemory.Call call) {
    if (LinuxMemory.call(call) != 0) {
      throw new IllegalStateException(name + " of guarded memory failed");
    }
  }
}
