package io.zoetrope.kernels.cpu.jit.asm;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * Code in memory of the operating system (Linux). Pages are written first and executed afterwards,
 * never both; they stay until the process ends, as the kernels do.
 */
final class ExecutableMemory {
  private static final int PROTECT_READ_WRITE = 1 | 2;
  private static final int PROTECT_READ_EXECUTE = 1 | 4;
  private static final int MAP_PRIVATE_ANONYMOUS = 0x2 | 0x20;
  private static final long PAGE = 4096;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final StructLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO =
      ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle MMAP =
      withErrno(
          "mmap",
          FunctionDescriptor.of(
              ValueLayout.ADDRESS,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_INT,
              ValueLayout.JAVA_LONG));
  private static final MethodHandle MPROTECT =
      withErrno(
          "mprotect",
          FunctionDescriptor.of(
              ValueLayout.JAVA_INT,
              ValueLayout.ADDRESS,
              ValueLayout.JAVA_LONG,
              ValueLayout.JAVA_INT));

  private static final MethodHandle MUNMAP =
      LINKER.downcallHandle(
          LINKER.defaultLookup().findOrThrow("munmap"),
          FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));

  /** A call takes no more than a few milliseconds and needs no safepoint. */
  private static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.ofVoid(ValueLayout.ADDRESS), Linker.Option.critical(false));

  private ExecutableMemory() {}

  private static MethodHandle withErrno(String function, FunctionDescriptor type) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(function),
        type,
        Linker.Option.captureCallState("errno"));
  }

  /**
   * Makes code callable; the {@link MachineCode.Loader} of this machine.
   *
   * @throws IllegalStateException if the operating system forbids executable memory
   */
  static MachineCode load(byte[] code) {
    long size = Math.ceilDiv(code.length, PAGE) * PAGE;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(ERRNO_LAYOUT);
      MemorySegment mapped =
          (MemorySegment)
              MMAP.invokeExact(
                  state,
                  MemorySegment.NULL,
                  size,
                  PROTECT_READ_WRITE,
                  MAP_PRIVATE_ANONYMOUS,
                  -1,
                  0L);
      if (mapped.address() == -1) {
        throw failure("mmap", size, state);
      }
      MemorySegment pages = mapped.reinterpret(size);
      MemorySegment.copy(code, 0, pages, ValueLayout.JAVA_BYTE, 0, code.length);
      int result = (int) MPROTECT.invokeExact(state, pages, size, PROTECT_READ_EXECUTE);
      if (result != 0) {
        IllegalStateException failure = failure("mprotect", size, state);
        var _ = (int) MUNMAP.invokeExact(mapped, size);
        throw failure;
      }
      return arguments -> call(pages, arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static void call(MemorySegment code, MemorySegment arguments) {
    try {
      CALL.invokeExact(code, arguments);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }

  private static IllegalStateException failure(String function, long size, MemorySegment state) {
    return new IllegalStateException(
        "generated code needs executable memory: %s of %d bytes failed with errno %d; --device cpu,gemm=vector needs none"
            .formatted(function, size, (int) ERRNO.get(state, 0L)));
  }
}
