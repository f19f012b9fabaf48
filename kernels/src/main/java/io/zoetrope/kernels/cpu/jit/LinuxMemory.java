package io.zoetrope.kernels.cpu.jit;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Advice to the operating system about memory (Linux). It changes how fast or how large a program
 * is, never what it computes, so advice that is not taken is no error.
 */
final class LinuxMemory {
  private static final long PAGE = 4096;
  private static final long HUGE_PAGE = 2 << 20;
  private static final int DONT_NEED = 4;
  private static final int USE_HUGE_PAGES = 14;

  private static final MethodHandle MADVISE =
      Linker.nativeLinker()
          .downcallHandle(
              Linker.nativeLinker().defaultLookup().findOrThrow("madvise"),
              FunctionDescriptor.of(
                  ValueLayout.JAVA_INT,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_LONG,
                  ValueLayout.JAVA_INT));

  private LinuxMemory() {}

  /** Says that a part of a mapped file won't be read soon: its pages leave the process. */
  static void release(MemorySegment mapped) {
    if (mapped.isMapped()) {
      advise(mapped, PAGE, DONT_NEED);
    }
  }

  /** Asks for large pages, before memory is written for the first time. */
  static void useHugePages(MemorySegment memory) {
    advise(memory, HUGE_PAGE, USE_HUGE_PAGES);
  }

  /** Advises about the whole pages inside a segment. */
  private static void advise(MemorySegment memory, long page, int advice) {
    long start = Math.ceilDiv(memory.address(), page) * page;
    long end = (memory.address() + memory.byteSize()) / page * page;
    if (end > start) {
      try {
        var _ = (int) MADVISE.invokeExact(start, end - start, advice);
      } catch (RuntimeException | Error e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
