package io.zoetrope.weights;

import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import io.zoetrope.tensor.Lifetime;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.Function;

/**
 * A file of weights that is open for reading at any position, by many threads at a time. It is not
 * mapped: pages of a mapped file vanish when the file is cut, and whoever reads them then, the
 * virtual machine or its machine code, is ended by a signal. A read that comes out short is an
 * error like any other.
 */
final class WeightFile implements Lifetime, AutoCloseable {
  /** Bytes that are read at once. */
  private static final int PIECE = 1 << 26;

  /** Bytes that are read at once for memory on the Java heap, by way of native memory. */
  private static final int HEAP_PIECE = 1 << 16;

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final Object identity;
  private final long size;
  private volatile FileChannel channel;

  private WeightFile(Path path) throws IOException {
    this.path = path;
    channel = InputFile.open(path);
    identity = identity(path);
    size = channel.size();
  }

  /**
   * Opens a file.
   *
   * @throws IOException if it cannot be read or is no regular file
   */
  static WeightFile open(Path path) throws IOException {
    return new WeightFile(path);
  }

  /**
   * Opens a file and makes something of it that lives as long; closes it again if that fails.
   *
   * @throws WeightsException if it cannot be read, or if {@code reading} does not take it
   * @throws CancellationException if the thread is interrupted
   */
  static <T> T open(Path path, Function<WeightFile, T> reading) {
    T opened = null;
    WeightFile file = null;
    try {
      file = open(path);
      opened = reading.apply(file);
      return opened;
    } catch (ClosedByInterruptException e) {
      CancellationException stopped =
          new CancellationException("interrupted while " + path + " was opened");
      stopped.initCause(e);
      throw stopped;
    } catch (IOException e) {
      throw new WeightsException("%s: cannot be read: %s".formatted(path, FileErrors.reason(e)), e);
    } catch (OutOfMemoryError e) {
      throw new WeightsException(
          "%s: its header takes more memory than the Java heap has (%s)"
              .formatted(path, e.getMessage()),
          e);
    } finally {
      if (opened == null && file != null) {
        file.close();
      }
    }
  }

  private static Object identity(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** Bytes of the file when it was opened. */
  long size() {
    return size;
  }

  /**
   * Says what the file is if it is not of the kind that its reader expects.
   *
   * @throws WeightsException if it is known to be of another kind
   */
  void refuseOthers(FileKind expected) {
    byte[] head = new byte[(int) Math.min(FileKind.HEAD, size)];
    read(0, MemorySegment.ofArray(head));
    Optional<FileKind> kind = FileKind.of(head).filter(found -> found != expected);
    if (kind.isPresent()) {
      String description = kind.get().description();
      String wanted =
          expected == FileKind.GGUF
              ? "a GGUF file is expected"
              : "weights are expected, in safetensors or GGUF";
      boolean isAdvice = description.contains(":");
      throw new WeightsException(
          "%s: %s%s".formatted(path, description, isAdvice ? "" : ", where " + wanted));
    }
  }

  /** The bytes from a position on. */
  StoredBytes from(long position) {
    return new Part(this, position);
  }

  /** The bytes from a position on, which the system can be told of beforehand. */
  private record Part(WeightFile file, long start) implements StoredBytes {
    @Override
    public void read(long position, MemorySegment to) {
      file.read(start + position, to);
    }

    @Override
    public void fetch(long position, long size) {
      PageAdvice.give(file.path, start + position, size, PageAdvice.WILL_NEED);
    }

    @Override
    public void forget(long position, long size) {
      PageAdvice.give(file.path, start + position, size, PageAdvice.DONT_NEED);
    }
  }

  /**
   * Fills a segment.
   *
   * @throws WeightsException if the file cannot be read, or has become shorter
   * @throws CancellationException if the thread is interrupted
   */
  void read(long position, MemorySegment to) {
    if (to.isNative()) {
      readPieces(position, to);
      return;
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment piece = scratch.allocate(Math.min(HEAP_PIECE, Math.max(1, to.byteSize())));
      for (long at = 0; at < to.byteSize(); at += HEAP_PIECE) {
        MemorySegment part = piece.asSlice(0, Math.min(HEAP_PIECE, to.byteSize() - at));
        readPieces(position + at, part);
        MemorySegment.copy(part, 0, to, at, part.byteSize());
      }
    }
  }

  private void readPieces(long position, MemorySegment to) {
    long done = 0;
    while (done < to.byteSize()) {
      long length = Math.min(PIECE, to.byteSize() - done);
      int count = readOnce(position + done, to.asSlice(done, length).asByteBuffer());
      if (count < 0) {
        throw shortened();
      }
      done += count;
    }
  }

  private int readOnce(long position, ByteBuffer to) {
    while (true) {
      FileChannel from = channel;
      try {
        return from.read(to, position);
      } catch (ClosedByInterruptException e) {
        CancellationException stopped =
            new CancellationException("interrupted while " + path + " was read");
        stopped.initCause(e);
        throw stopped;
      } catch (ClosedChannelException e) {
        // An interrupt of another thread that read here has closed the channel for all of them.
        reopen(from, e);
      } catch (IOException e) {
        throw unreadable(e);
      }
    }
  }

  private synchronized void reopen(FileChannel closed, ClosedChannelException cause) {
    if (!isOpen()) {
      throw new WeightsException(path + ": was closed while it was read", cause);
    }
    if (channel != closed) {
      return;
    }
    try {
      FileChannel again = InputFile.open(path);
      if (!Objects.equals(identity(path), identity)) {
        again.close();
        throw new WeightsException(path + ": was replaced while it was read; start again", cause);
      }
      channel = again;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private WeightsException unreadable(IOException e) {
    return new WeightsException(
        "%s: cannot be read any more: %s".formatted(path, FileErrors.reason(e)), e);
  }

  private WeightsException shortened() {
    String now;
    try {
      now = "has " + channel.size();
    } catch (IOException e) {
      now = "has fewer";
    }
    return new WeightsException(
        "%s: changed while it was read: it had %d bytes when it was opened and %s now; start again when nothing writes to it"
            .formatted(path, size, now));
  }

  @Override
  public boolean isOpen() {
    return arena.scope().isAlive();
  }

  @Override
  public Arena arena() {
    return arena;
  }

  /** Closes the file; what was made of its tensors cannot be used any more. */
  @Override
  public synchronized void close() {
    if (isOpen()) {
      arena.close();
      try {
        channel.close();
      } catch (IOException _) {
        // Nothing was written, so nothing is lost.
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
