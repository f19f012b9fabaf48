package io.zoetrope.weights;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.files.FileKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Map;

/**
 * A safetensors file: 8 bytes of little-endian header length, the JSON header, the tensors' bytes.
 *
 * <p>Opening reads and checks the header alone; tensors are read when they are used. Files may
 * exceed 2 GB. Format: <a href="https://github.com/huggingface/safetensors#format">safetensors</a>;
 * what is refused beyond it is listed in {@link StricterRule}.
 */
public final class SafetensorsFile extends TensorFile<SafetensorsHeader.Entry> {
  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final long dataStart;
  private final Map<String, String> metadata;

  private SafetensorsFile(WeightFile file, long dataStart, SafetensorsHeader header) {
    super(file, header.entries());
    this.dataStart = dataStart;
    this.metadata = header.metadata();
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws WeightsException if it cannot be read or breaks a rule of the format; the message names
   *     the file and the rule
   */
  public static SafetensorsFile open(Path path) {
    return WeightFile.open(path, SafetensorsFile::read);
  }

  static SafetensorsFile read(WeightFile file) {
    if (file.size() < LENGTH.byteSize()) {
      file.refuseOthers(FileKind.SAFETENSORS);
      throw new WeightsException(
          "%s: %d bytes are too few for a safetensors file".formatted(file, file.size()));
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment length = arena.allocate(LENGTH);
      file.read(0, length);
      long headerBytes = length.get(LENGTH, 0);
      long dataStart = LENGTH.byteSize() + headerBytes;
      if (headerBytes <= 0 || headerBytes > StrictJson.LIMIT || dataStart > file.size()) {
        file.refuseOthers(FileKind.SAFETENSORS);
      }
      if (headerBytes < 0 || headerBytes > StrictJson.LIMIT) {
        throw new WeightsException(
            "%s: claims a header of %s bytes, the format allows %d"
                .formatted(file, Long.toUnsignedString(headerBytes), StrictJson.LIMIT));
      }
      if (dataStart > file.size()) {
        throw new WeightsException(
            "%s: claims a header of %d bytes, but has only %d bytes in all"
                .formatted(file, headerBytes, file.size()));
      }
      MemorySegment json = arena.allocate(headerBytes);
      file.read(LENGTH.byteSize(), json);
      SafetensorsHeader header =
          SafetensorsHeader.parse(file.toString(), json.asByteBuffer(), file.size() - dataStart);
      return new SafetensorsFile(file, dataStart, header);
    }
  }

  @Override
  public Map<String, String> metadata() {
    return metadata;
  }

  @Override
  public StoredTensor tensor(String name) {
    SafetensorsHeader.Entry entry = entry(name);
    return new StoredTensor(
        name,
        new Plain(entry.dtype()),
        entry.shape(),
        file().from(dataStart + entry.begin()),
        file());
  }
}
