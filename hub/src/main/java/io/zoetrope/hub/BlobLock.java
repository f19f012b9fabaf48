package io.zoetrope.hub;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * The lock of a blob that is being fetched, which {@code huggingface_hub} takes too. Python's
 * {@code filelock} uses {@code flock} where there is one, of which Java's own locks know nothing,
 * and a lock of a region of the file on Windows, which is Java's own. The system releases both when
 * a process ends, however it ends.
 */
final class BlobLock implements AutoCloseable {
  private static final int READ_WRITE = 2;
  private static final int EXCLUSIVE_OR_FAIL = 2 | 4;
  private static final long PAUSE_MILLIS = 200;

  /** What gives the lock back. */
  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private BlobLock(Release release) {
    this.release = release;
  }

  /**
   * Takes a lock, and waits as long as another process has it.
   *
   * @param file of the lock; made, with its folder, if it isn't there
   * @param waiting is run once if it has to wait
   * @throws IOException if the file can't be made or locked
   * @throws CancellationException if the thread is interrupted
   */
  static BlobLock take(Path file, Runnable waiting) throws IOException {
    Files.createDirectories(file.getParent());
    // Python makes them too, and never deletes them.
    FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE).close();
    Optional<BlobLock> lock = tryTake(file);
    if (lock.isEmpty()) {
      waiting.run();
    }
    while (lock.isEmpty()) {
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException _) {
        throw new CancellationException("interrupted while it waited for " + file);
      }
      lock = tryTake(file);
    }
    return lock.get();
  }

  private static Optional<BlobLock> tryTake(Path file) throws IOException {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("unix")
        ? Flock.tryTake(file)
        : tryChannel(file);
  }

  private static Optional<BlobLock> tryChannel(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
    boolean isTaken = false;
    try {
      isTaken = channel.tryLock(0, 1, false) != null;
      return isTaken ? Optional.of(new BlobLock(channel::close)) : Optional.empty();
    } catch (OverlappingFileLockException _) {
      return Optional.empty();
    } finally {
      if (!isTaken) {
        channel.close();
      }
    }
  }

  @Override
  public void close() {
    try {
      release.run();
    } catch (IOException _) {
      // The system releases it at the end of the process.
    }
  }

  /** The system's calls; looked up when the first lock is taken. */
  private static final class Flock {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    /** {@code EWOULDBLOCK} of Linux, and of macOS and the BSDs. */
    private static final Set<Integer> TAKEN = Set.of(11, 35);

    private static final MethodHandle OPEN =
        function("open", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));
    private static final MethodHandle FLOCK =
        function("flock", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle CLOSE =
        function("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    private static MethodHandle function(String name, FunctionDescriptor type) {
      return LINKER.downcallHandle(
          LINKER.defaultLookup().find(name).orElseThrow(),
          type,
          Linker.Option.captureCallState("errno"));
    }

    static Optional<BlobLock> tryTake(Path file) throws IOException {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment state = arena.allocate(STATE);
        int descriptor =
            (int) OPEN.invokeExact(state, arena.allocateFrom(file.toString()), READ_WRITE);
        if (descriptor < 0) {
          throw failed(file, state);
        }
        if ((int) FLOCK.invokeExact(state, descriptor, EXCLUSIVE_OR_FAIL) == 0) {
          return Optional.of(new BlobLock(() -> close(descriptor)));
        }
        IOException failure = failed(file, state);
        boolean isTaken = TAKEN.contains((int) ERRNO.get(state, 0L));
        close(descriptor);
        if (isTaken) {
          return Optional.empty();
        }
        throw failure;
      } catch (IOException e) {
        throw e;
      } catch (Throwable e) {
        throw new IllegalStateException("a call of the system that takes a lock", e);
      }
    }

    private static IOException failed(Path file, MemorySegment state) {
      return new FileSystemException(
          file.toString(),
          null,
          "it cannot be locked (error %d of the system)".formatted((int) ERRNO.get(state, 0L)));
    }

    private static void close(int descriptor) {
      try (Arena arena = Arena.ofConfined()) {
        int _ = (int) CLOSE.invokeExact(arena.allocate(STATE), descriptor);
      } catch (Throwable e) {
        throw new IllegalStateException("a call of the system that releases a lock", e);
      }
    }
  }
}
