package io.zoetrope.kernels.cpu.jit.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * What Linux does with pages of memory, beyond what Java asks of it. It changes how fast or how
 * large a program is, never what it computes, so advice that is not taken is no error.
 */
public final class LinuxMemory {
  static final long PAGE = 4096;
  private static final long HUGE_PAGE = 2 << 20;
  static final int READ_WRITE = 1 | 2;
  static final int PRIVATE_ANONYMOUS = 0x2 | 0x20;
  private static final int DONT_NEED = 4;
  private static final int USE_HUGE_PAGES = 14;

  private static final MethodHandle MADVISE =
      function(
          "madvise",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));
  static final MethodHandle MMAP =
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
  static final MethodHandle MUNMAP =
      function(
          "munmap",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));

  private LinuxMemory() {}

  static MethodHandle function(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), type);
  }

  /** A call whose result is a number; none of these functions throws. */
  @FunctionalInterface
  interface Call {
    long run() throws Throwable;
  }

  static long call(Call call) {
    try {
      return call.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  /** Says that what was {@linkplain #map mapped} is not needed any more, before it is unmapped. */
  static void discard(MemorySegment mapped) {
    dropPages(mapped.address(), mapped.address() + mapped.byteSize());
  }

  private static void dropPages(long start, long end) {
    if (end > start) {
      call(() -> (int) MADVISE.invokeExact(start, end - start, DONT_NEED));
    }
  }

  /**
   * Allocates zeros that stay as long as an arena is open. Those of some size get large pages,
   * which memory that is read again and again is faster in; they are there when they are first
   * written, not before.
   *
   * @param alignment of the first byte; at most that of a page
   */
  public static MemorySegment allocate(long bytes, long alignment, Arena arena) {
    if (bytes < HUGE_PAGE) {
      return arena.allocate(bytes, alignment);
    }
    long length = bytes + HUGE_PAGE;
    long start = map(length);
    long aligned = Math.ceilDiv(start, HUGE_PAGE) * HUGE_PAGE;
    // What is behind the last whole one would take up a large page for a part of it.
    long whole = bytes / HUGE_PAGE * HUGE_PAGE;
    call(() -> (int) MADVISE.invokeExact(aligned, whole, USE_HUGE_PAGES));
    return segment(aligned, bytes, arena, start, length);
  }

  /**
   * Allocates zeros that stay as long as an arena is open. Each page is there when some thread
   * first touches it. An arena's own memory is cleared at once by the thread that asks for it,
   * which takes as long as computing what is written there next.
   */
  public static MemorySegment map(long bytes, Arena arena) {
    long start = map(bytes);
    return segment(start, bytes, arena, start, bytes);
  }

  private static long map(long bytes) {
    long start =
        call(() -> (long) MMAP.invokeExact(0L, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L));
    if (start == -1) {
      throw new OutOfMemoryError("cannot map %d bytes of memory".formatted(bytes));
    }
    return start;
  }

  private static MemorySegment segment(
      long address, long bytes, Arena arena, long start, long length) {
    return MemorySegment.ofAddress(address)
        .reinterpret(bytes, arena, _ -> call(() -> (int) MUNMAP.invokeExact(start, length)));
  }
}
