package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A safetensors file, mapped read-only: 8 bytes of little-endian header length, the JSON header,
 * the tensors' bytes.
 *
 * <p>Opening reads and checks the header alone; pages of tensors are read when they are touched.
 * Files may exceed 2 GB. Format: <a
 * href="https://github.com/huggingface/safetensors#format">safetensors</a>; what is refused beyond
 * it is listed in {@link StricterRule}. The file must not shrink while it is open.
 */
public final class SafetensorsFile implements WeightSource, Lifetime, AutoCloseable {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path file;
  private final Arena arena;
  private final MemorySegment data;
  private final SafetensorsHeader header;

  private SafetensorsFile(Path file, Arena arena, MemorySegment data, SafetensorsHeader header) {
    this.file = file;
    this.arena = arena;
    this.data = data;
    this.header = header;
  }

  /**
   * Maps a file and checks its header.
   *
   * @throws WeightsException if it cannot be read or breaks a rule of the format; the message names
   *     the file and the rule
   */
  public static SafetensorsFile open(Path file) {
    Arena arena = Arena.ofShared();
    SafetensorsFile opened = null;
    try {
      opened = open(file, arena);
      return opened;
    } catch (IOException e) {
      throw new WeightsException("%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (OutOfMemoryError e) {
      throw new WeightsException(
          "%s: its header takes more memory than the Java heap has (%s)"
              .formatted(file, e.getMessage()),
          e);
    } finally {
      if (opened == null) {
        arena.close();
      }
    }
  }

  private static SafetensorsFile open(Path file, Arena arena) throws IOException {
    try (FileChannel channel = InputFile.open(file)) {
      long fileBytes = channel.size();
      MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
      if (fileBytes < LENGTH.byteSize()) {
        refuseOthers(file, mapped);
        throw new WeightsException(
            "%s: %d bytes are too few for a safetensors file".formatted(file, fileBytes));
      }
      long headerBytes = mapped.get(LENGTH, 0);
      long dataStart = LENGTH.byteSize() + headerBytes;
      if (headerBytes <= 0 || headerBytes > StrictJson.LIMIT || dataStart > fileBytes) {
        refuseOthers(file, mapped);
      }
      if (headerBytes < 0 || headerBytes > StrictJson.LIMIT) {
        throw new WeightsException(
            "%s: claims a header of %s bytes, the format allows %d"
                .formatted(file, Long.toUnsignedString(headerBytes), StrictJson.LIMIT));
      }
      if (dataStart > fileBytes) {
        throw new WeightsException(
            "%s: claims a header of %d bytes, but has only %d bytes in all"
                .formatted(file, headerBytes, fileBytes));
      }
      SafetensorsHeader header =
          SafetensorsHeader.parse(
              file.toString(),
              mapped.asSlice(LENGTH.byteSize(), headerBytes).asByteBuffer(),
              fileBytes - dataStart);
      return new SafetensorsFile(file, arena, mapped.asSlice(dataStart), header);
    }
  }

  /** Says what a file is that does not begin as one of this format. */
  private static void refuseOthers(Path file, MemorySegment mapped) {
    long length = Math.min(FileKind.HEAD, mapped.byteSize());
    byte[] head = mapped.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    Optional<FileKind> kind = FileKind.of(head).filter(found -> found != FileKind.SAFETENSORS);
    if (kind.isPresent()) {
      throw new WeightsException("%s: %s".formatted(file, kind.get().description()));
    }
  }

  /** The names of all tensors, in the order of their data. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  /** The free-form strings of the header; empty if there are none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public Tensor tensor(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new WeightsException("%s: has no tensor %s".formatted(file, quote(name)));
    }
    MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
    return Tensor.contiguous(new HostStorage(bytes), 0, entry.dtype(), entry.shape(), this);
  }

  /** Bytes of all tensors together. */
  public long byteSize() {
    return data.byteSize();
  }

  /** The file's path, as it was given. */
  @Override
  public String description() {
    return file.toString();
  }

  @Override
  public boolean isOpen() {
    return arena.scope().isAlive();
  }

  @Override
  public Arena arena() {
    return arena;
  }

  /** Unmaps the file; its tensors, and all derived from them, cannot be used any more. */
  @Override
  public void close() {
    if (isOpen()) {
      arena.close();
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
