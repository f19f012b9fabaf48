package io.zoetrope.weights;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;

/**
 * What Linux is told of the pages of a file that it keeps in memory: {@code posix_fadvise(2)},
 * which does for files that are read what {@code madvise} does for mapped ones. It is advice: where
 * it cannot be given nothing happens, and reading is right all the same.
 */
final class PageAdvice {
  /** A range is read soon: to be fetched meanwhile. */
  static final int WILL_NEED = 3;

  /** A range is not read for a while: to make room for others. */
  static final int DONT_NEED = 4;

  private static final int READ_ONLY = 0;

  /** Written where the numbers of advice above hold; null elsewhere. */
  private static final Calls CALLS = Calls.ofThisMachine();

  private record Calls(MethodHandle open, MethodHandle advise, MethodHandle close) {
    private static Calls ofThisMachine() {
      boolean isLinux = System.getProperty("os.name").equals("Linux");
      if (!isLinux || ValueLayout.ADDRESS.byteSize() != Long.BYTES) {
        return null;
      }
      Linker linker = Linker.nativeLinker();
      var number = ValueLayout.JAVA_INT;
      var size = ValueLayout.JAVA_LONG;
      return new Calls(
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("open"),
              FunctionDescriptor.of(number, ValueLayout.ADDRESS, number),
              Linker.Option.firstVariadicArg(2)),
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("posix_fadvise"),
              FunctionDescriptor.of(number, number, size, size, number)),
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("close"), FunctionDescriptor.of(number, number)));
    }
  }

  private PageAdvice() {}

  /**
   * Gives advice about a part of a file.
   *
   * @return whether the system took it
   */
  static boolean give(Path file, long position, long size, int advice) {
    if (CALLS == null) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      int descriptor = (int) CALLS.open.invokeExact(arena.allocateFrom(file.toString()), READ_ONLY);
      if (descriptor < 0) {
        return false;
      }
      try {
        return (int) CALLS.advise.invokeExact(descriptor, position, size, advice) == 0;
      } finally {
        int _ = (int) CALLS.close.invokeExact(descriptor);
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("calls of C throw nothing", e);
    }
  }
}
