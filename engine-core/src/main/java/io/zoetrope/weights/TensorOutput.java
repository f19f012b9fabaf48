package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** A file that tensors are written to, a piece at a time, however large they are. */
final class TensorOutput implements AutoCloseable {
  /** Bytes that are held at once. */
  private static final long CHUNK = 1 << 24;

  /** Bytes that a thread makes at once: to convert them takes some milliseconds. */
  private static final long PIECE = 1 << 19;

  private final FileChannel channel;
  private final LongConsumer progress;
  private MemorySegment chunk = MemorySegment.NULL;
  private long written;

  private TensorOutput(Path file, LongConsumer progress) throws IOException {
    channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    this.progress = progress;
  }

  /** Writes the content of a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(TensorOutput output) throws IOException;
  }

  /**
   * Writes a file under a temporary name, and renames it when it is complete.
   *
   * @param progress hears how many bytes of tensors have been written so far
   * @throws WeightsException if the file cannot be written; nothing is left behind then
   */
  static void write(Path file, LongConsumer progress, Content content) {
    OutputFile.obstacle(file)
        .ifPresent(obstacle -> {
          throw new WeightsException("%s: cannot be written: %s".formatted(file, obstacle));
        });
    try {
      OutputFile.write(
          file,
          temporary -> {
            try (TensorOutput output = new TensorOutput(temporary, progress)) {
              content.writeTo(output);
              output.channel.force(true);
            }
          });
    } catch (IOException e) {
      throw new WeightsException(
          "%s: cannot be written: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  /** Position of the next byte. */
  long position() throws IOException {
    return channel.position();
  }

  /** Writes bytes that belong to no tensor. */
  void write(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Writes the bytes of a tensor; several threads make them. */
  void write(StoredTensor tensor) throws IOException {
    long size = tensor.byteSize();
    for (long from = 0; from < size; from += CHUNK) {
      long begin = from;
      MemorySegment part = room(Math.min(CHUNK, size - begin));
      LongStream pieces = LongStream.range(0, Math.ceilDiv(part.byteSize(), PIECE));
      pieces
          .parallel()
          .forEach(piece -> {
            long at = piece * PIECE;
            long length = Math.min(PIECE, part.byteSize() - at);
            tensor.bytes().read(begin + at, part.asSlice(at, length));
          });
      write(part.asByteBuffer());
      written += part.byteSize();
      progress.accept(written);
    }
  }

  /** Files of many small tensors never need a whole chunk. */
  private MemorySegment room(long bytes) {
    if (chunk.byteSize() < bytes) {
      chunk = Arena.ofAuto().allocate(Math.min(CHUNK, Math.max(bytes, 2 * chunk.byteSize())));
    }
    return chunk.asSlice(0, bytes);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
