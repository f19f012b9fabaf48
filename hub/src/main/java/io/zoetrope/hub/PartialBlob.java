package io.zoetrope.hub;

import io.zoetrope.files.OutputFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * A file that is on its way, with a record of what is there, so that any later process goes on
 * where this one stopped. The file has its full length from the start, with holes, and consists of
 * pieces that grow from their beginning; the record beside it has the length and a checksum of what
 * is there of each. Both are written without waiting for the disk: what a power cut takes is found
 * by the checksums, piece by piece.
 *
 * <p>Different pieces may be written by different threads.
 */
final class PartialBlob implements AutoCloseable {
  /** Tools of the hub count and delete what ends so. */
  private static final String DATA = ".zoetrope.incomplete";

  private static final String RECORD = ".zoetrope.record.incomplete";

  /** First line of a record; then: hash, size, bytes of a piece, tag of the content. */
  private static final String FORMAT = "zoetrope partial 1";

  /** Bytes that the lines of a record take, padded; then follow the entries of the pieces. */
  private static final int HEAD = 1024;

  /** Bytes that are there, and their CRC-32C: two longs. */
  private static final int ENTRY = 16;

  private static final int BUFFER = 1 << 20;

  private final Path file;
  private final Path recordFile;
  private final ContentHash hash;
  private final long size;
  private final long pieceBytes;
  private final FileChannel data;
  private final FileChannel record;
  private final long[] done;
  private final CRC32C[] checksums;
  private final LongAdder there = new LongAdder();
  private volatile String tag;

  private PartialBlob(
      Path blob, ContentHash hash, long size, long pieceBytes, String tag, boolean isNew)
      throws IOException {
    this.file = data(blob);
    this.recordFile = record(blob);
    this.hash = hash;
    this.size = size;
    this.pieceBytes = pieceBytes;
    this.tag = tag;
    int pieces = Math.toIntExact(Math.ceilDiv(size, pieceBytes));
    done = new long[pieces];
    checksums = new CRC32C[pieces];
    for (int i = 0; i < pieces; i++) {
      checksums[i] = new CRC32C();
    }
    data =
        FileChannel.open(
            file, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
    FileChannel opened = null;
    boolean isWhole = false;
    try {
      if (isNew && size > 0) {
        write(data, ByteBuffer.allocate(1), size - 1);
      }
      opened =
          FileChannel.open(
              recordFile,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE,
              StandardOpenOption.CREATE);
      record = opened;
      if (isNew) {
        write(record, ByteBuffer.allocate(HEAD + ENTRY * pieces), 0);
        writeHead();
      }
      isWhole = true;
    } finally {
      if (!isWhole) {
        data.close();
        if (opened != null) {
          opened.close();
        }
      }
    }
  }

  /**
   * Opens what is there of a blob, or begins one. Pieces whose checksum is not that of the record
   * are taken for missing.
   *
   * @param blob its final name, whose lock the caller holds
   * @param pieceBytes bytes of a piece, if it is begun
   * @param checked hears of bytes whose checksum was compared
   * @throws IOException if the folder or the disk refuses
   */
  static PartialBlob open(
      Path blob, ContentHash hash, long size, long pieceBytes, LongConsumer checked)
      throws IOException {
    Optional<PartialBlob> kept = reopen(blob, hash, size);
    if (kept.isEmpty()) {
      return begin(blob, hash, size, pieceBytes);
    }
    PartialBlob partial = kept.get();
    boolean isChecked = false;
    try {
      partial.readRecord(checked);
      isChecked = true;
      return partial;
    } finally {
      if (!isChecked) {
        partial.close();
      }
    }
  }

  private static PartialBlob begin(Path blob, ContentHash hash, long size, long pieceBytes)
      throws IOException {
    delete(blob);
    try {
      return new PartialBlob(blob, hash, size, pieceBytes, "", true);
    } catch (IOException e) {
      delete(blob);
      throw e;
    }
  }

  /** How many bytes of a blob its record says are there; 0 if there is none. Nothing is checked. */
  static long bytesThere(Path blob, ContentHash hash, long size) {
    try (FileChannel record = FileChannel.open(record(blob))) {
      String[] head = head(record);
      if (!isOf(head, hash, size) || Files.size(data(blob)) != size) {
        return 0;
      }
      return bytesThere(record, head, size);
    } catch (IOException | NumberFormatException | ArithmeticException _) {
      return 0;
    }
  }

  /** How many bytes the records in a folder say are there. */
  static long bytesIn(Path blobs) {
    long sum = 0;
    try (DirectoryStream<Path> records = Files.newDirectoryStream(blobs, "*" + RECORD)) {
      for (Path path : records) {
        try (FileChannel record = FileChannel.open(path)) {
          String[] head = head(record);
          sum += head.length > 4 ? bytesThere(record, head, Long.parseLong(head[2])) : 0;
        } catch (IOException | NumberFormatException | ArithmeticException _) {
          // It is no record, or a pull has just ended.
        }
      }
    } catch (IOException | DirectoryIteratorException _) {
      // There is no such folder.
    }
    return sum;
  }

  private static long bytesThere(FileChannel record, String[] head, long size) throws IOException {
    long pieceBytes = Long.parseLong(head[3]);
    ByteBuffer entries = entries(record, Math.toIntExact(Math.ceilDiv(size, pieceBytes)));
    long all = 0;
    while (entries.hasRemaining()) {
      all += Math.clamp(entries.getLong(), 0, pieceBytes);
      entries.getLong();
    }
    return Math.min(all, size);
  }

  /** Whether a name in a cache is that of a partial file or of a record. */
  static boolean isPartial(Path path) {
    return path.getFileName().toString().endsWith(".incomplete");
  }

  /** Deletes what is there of a blob. */
  static void delete(Path blob) {
    OutputFile.deleteQuietly(record(blob));
    OutputFile.deleteQuietly(data(blob));
  }

  private static Optional<PartialBlob> reopen(Path blob, ContentHash hash, long size)
      throws IOException {
    String[] head;
    try (FileChannel record = FileChannel.open(record(blob))) {
      head = head(record);
      if (!isOf(head, hash, size)
          || !Files.isRegularFile(data(blob), LinkOption.NOFOLLOW_LINKS)
          || Files.size(data(blob)) != size) {
        return Optional.empty();
      }
    } catch (IOException | NumberFormatException _) {
      return Optional.empty();
    }
    return Optional.of(new PartialBlob(blob, hash, size, Long.parseLong(head[3]), head[4], false));
  }

  private static boolean isOf(String[] head, ContentHash hash, long size) {
    return head.length > 4
        && head[0].equals(FORMAT)
        && head[1].equals(hash.hex())
        && head[2].equals(Long.toString(size))
        && Long.parseLong(head[3]) > 0;
  }

  private static String[] head(FileChannel record) throws IOException {
    ByteBuffer head = ByteBuffer.allocate(HEAD);
    readFully(record, head, 0);
    return new String(head.array(), StandardCharsets.US_ASCII).split("\n", -1);
  }

  private static ByteBuffer entries(FileChannel record, int pieces) throws IOException {
    ByteBuffer entries = ByteBuffer.allocate(Math.multiplyExact(ENTRY, pieces));
    readFully(record, entries, HEAD);
    return entries.flip();
  }

  private static void readFully(FileChannel from, ByteBuffer to, long position) throws IOException {
    long at = position;
    while (to.hasRemaining()) {
      int count = from.read(to, at);
      if (count < 0) {
        throw new IOException("the file is shorter than it was");
      }
      at += count;
    }
  }

  private void readRecord(LongConsumer checked) throws IOException {
    ByteBuffer entries = entries(record, done.length);
    ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    for (int piece = 0; piece < done.length; piece++) {
      long length = entries.getLong();
      long checksum = entries.getLong();
      if (length <= 0 || length > length(piece)) {
        continue;
      }
      for (long at = 0; at < length; at += buffer.limit()) {
        buffer.clear().limit((int) Math.min(BUFFER, length - at));
        readFully(data, buffer, begin(piece) + at);
        checksums[piece].update(buffer.flip());
        checked.accept(buffer.limit());
      }
      if (checksums[piece].getValue() == checksum) {
        done[piece] = length;
        there.add(length);
      } else {
        checksums[piece].reset();
      }
    }
  }

  private static Path data(Path blob) {
    return blob.resolveSibling(blob.getFileName() + DATA);
  }

  private static Path record(Path blob) {
    return blob.resolveSibling(blob.getFileName() + RECORD);
  }

  /** The file that grows; it has its full length, and zeros where nothing is there yet. */
  Path file() {
    return file;
  }

  int pieces() {
    return done.length;
  }

  /** Where a piece begins in the file. */
  long begin(int piece) {
    return piece * pieceBytes;
  }

  /** Bytes of a whole piece. */
  long length(int piece) {
    return Math.min(pieceBytes, size - begin(piece));
  }

  /** Bytes of a piece that are there, from its beginning. */
  long done(int piece) {
    return done[piece];
  }

  boolean isDone(int piece) {
    return done[piece] == length(piece);
  }

  /** Bytes of all pieces that are there. */
  long there() {
    return there.sum();
  }

  /** Tag that the server gave to the content that the pieces are of; empty if it gave none. */
  Optional<String> tag() {
    return Optional.of(tag).filter(text -> !text.isEmpty());
  }

  /**
   * Remembers the tag of the content.
   *
   * @throws UncheckedIOException if the disk refuses
   */
  synchronized void remember(Optional<String> newTag) {
    String text =
        newTag
            .filter(t -> t.length() < HEAD / 2 && t.chars().allMatch(c -> c > ' ' && c < 127))
            .orElse("");
    if (!text.equals(tag)) {
      tag = text;
      try {
        writeHead();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private void writeHead() throws IOException {
    String head = String.join("\n", FORMAT, hash.hex(), "" + size, "" + pieceBytes, tag, "");
    ByteBuffer padded = ByteBuffer.allocate(HEAD);
    padded.put(head.getBytes(StandardCharsets.US_ASCII));
    write(record, padded.rewind(), 0);
  }

  /**
   * Adds bytes to a piece, as many as fit.
   *
   * @return whether all of them did
   * @throws UncheckedIOException if the disk refuses
   */
  boolean append(int piece, ByteBuffer bytes) {
    ByteBuffer fitting = bytes.slice();
    fitting.limit((int) Math.min(fitting.limit(), length(piece) - done[piece]));
    int count = fitting.remaining();
    try {
      write(data, fitting.duplicate(), begin(piece) + done[piece]);
      checksums[piece].update(fitting);
      done[piece] += count;
      ByteBuffer entry = ByteBuffer.allocate(ENTRY);
      entry.putLong(done[piece]).putLong(checksums[piece].getValue());
      write(record, entry.flip(), HEAD + (long) ENTRY * piece);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    there.add(count);
    return count == bytes.remaining();
  }

  private static void write(FileChannel to, ByteBuffer bytes, long position) throws IOException {
    long at = position;
    while (bytes.hasRemaining()) {
      at += to.write(bytes, at);
    }
  }

  /** Waits until the disk has everything, and gives the file its final name. */
  void publish(Path blob) throws IOException {
    data.force(true);
    close();
    OutputFile.rename(file, blob);
    OutputFile.deleteQuietly(recordFile);
  }

  @Override
  public void close() {
    try (data;
        record) {
      // Both are closed, whatever the other one says.
    } catch (IOException _) {
      // What is not in the record is fetched again.
    }
  }
}
