package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.FileKind;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;

/**
 * A safetensors file: 8 bytes of little-endian header length, the JSON header, the tensors' bytes.
 *
 * <p>Opening reads and checks the header alone; tensors are read when they are used. Files may
 * exceed 2 GB. Format: <a href="https://github.com/huggingface/safetensors#format">safetensors</a>;
 * what is refused beyond it is listed in {@link StricterRule}.
 */
public final class SafetensorsFile implements WeightSource {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final WeightFile file;
  private final long dataStart;
  private final SafetensorsHeader header;

  private SafetensorsFile(WeightFile file, long dataStart, SafetensorsHeader header) {
    this.file = file;
    this.dataStart = dataStart;
    this.header = header;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws WeightsException if it cannot be read or breaks a rule of the format; the message names
   *     the file and the rule
   */
  public static SafetensorsFile open(Path path) {
    SafetensorsFile opened = null;
    WeightFile file = null;
    try {
      file = WeightFile.open(path);
      opened = read(path, file);
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

  private static SafetensorsFile read(Path path, WeightFile file) {
    if (file.size() < LENGTH.byteSize()) {
      refuseOthers(path, file);
      throw new WeightsException(
          "%s: %d bytes are too few for a safetensors file".formatted(path, file.size()));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocate(LENGTH);
      file.read(0, length);
      long headerBytes = length.get(LENGTH, 0);
      long dataStart = LENGTH.byteSize() + headerBytes;
      if (headerBytes <= 0 || headerBytes > StrictJson.LIMIT || dataStart > file.size()) {
        refuseOthers(path, file);
      }
      if (headerBytes < 0 || headerBytes > StrictJson.LIMIT) {
        throw new WeightsException(
            "%s: claims a header of %s bytes, the format allows %d"
                .formatted(path, Long.toUnsignedString(headerBytes), StrictJson.LIMIT));
      }
      if (dataStart > file.size()) {
        throw new WeightsException(
            "%s: claims a header of %d bytes, but has only %d bytes in all"
                .formatted(path, headerBytes, file.size()));
      }
      MemorySegment json = arena.allocate(headerBytes);
      file.read(LENGTH.byteSize(), json);
      SafetensorsHeader header =
          SafetensorsHeader.parse(path.toString(), json.asByteBuffer(), file.size() - dataStart);
      return new SafetensorsFile(file, dataStart, header);
    }
  }

  /** Says what a file is that does not begin as one of this format. */
  private static void refuseOthers(Path path, WeightFile file) {
    byte[] head = new byte[(int) Math.min(FileKind.HEAD, file.size())];
    file.read(0, MemorySegment.ofArray(head));
    Optional<FileKind> kind = FileKind.of(head).filter(found -> found != FileKind.SAFETENSORS);
    if (kind.isPresent()) {
      throw new WeightsException("%s: %s".formatted(path, kind.get().description()));
    }
  }

  /** The names of all tensors, in the order of their data. */
  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  @Override
  public Map<String, String> metadata() {
    return header.metadata();
  }

  @Override
  public StoredTensor tensor(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new WeightsException("%s: has no tensor %s".formatted(file, quote(name)));
    }
    return new StoredTensor(
        name, new Plain(entry.dtype()), entry.shape(), file.from(dataStart + entry.begin()), file);
  }

  /** The file's path, as it was given. */
  @Override
  public String description() {
    return file.toString();
  }

  /** Closes the file; its tensors, and all made of them, cannot be used any more. */
  @Override
  public void close() {
    file.close();
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
