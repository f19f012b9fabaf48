package io.zoetrope.kernels.cpu.jit;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Memory between pages that nobody may touch (Linux): code that reads or writes one byte beyond
 * either end is stopped by the processor, which ends the virtual machine.
 */
final class GuardPages {
  private static final long PAGE = 4096;
  private static final int PROTECT_NONE = 0;
  private static final int PROTECT_READ_WRITE = 1 | 2;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x2 | 0x20;

  private static final MethodHandle MMAP =
      function(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MPROTECT =
      function(
          "mprotect",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  private static final MethodHandle MUNMAP =
      function(
          "munmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private GuardPages() {}

  private static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  /**
   * Whole pages of at least so many bytes, zero, as long as the arena lives. The page before the
   * first one and the page behind the last one can't be accessed.
   */
  static MemorySegment allocate(Arena arena, long bytes) {
    long inside = Math.ceilDiv(Math.max(1, bytes), PAGE) * PAGE;
    long all = inside + 2 * PAGE;
    try {
      long start = (long) MMAP.invokeExact(0L, all, PROTECT_NONE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
      if (start == -1) {
        throw new IllegalStateException("mmap of %d bytes failed".formatted(all));
      }
      if ((int) MPROTECT.invokeExact(start + PAGE, inside, PROTECT_READ_WRITE) != 0) {
        throw new IllegalStateException("mprotect of %d bytes failed".formatted(inside));
      }
      return MemorySegment.ofAddress(start + PAGE)
          .reinterpret(inside, arena, _ -> release(start, all));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void release(long start, long bytes) {
    try {
      if ((int) MUNMAP.invokeExact(start, bytes) != 0) {
        throw new IllegalStateException("munmap of %d bytes failed".formatted(bytes));
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
