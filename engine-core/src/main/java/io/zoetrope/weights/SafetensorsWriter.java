package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import io.zoetrope.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Writes safetensors files that {@link SafetensorsFile} and the reference library read. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;
  private static final int CHUNK = 1 << 22;

  private SafetensorsWriter() {}

  /**
   * Writes tensors under a temporary name and renames the file when it is complete. The same
   * content always gives the same bytes: wide elements first, so that all data is aligned, then by
   * name.
   *
   * @param tensors contiguous host tensors of any dtype
   * @param metadata free-form strings; may be empty
   * @throws WeightsException if the file cannot be written; nothing is left behind then
   */
  public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) {
    OutputFile.obstacle(file)
        .ifPresent(obstacle -> {
          throw new WeightsException("%s: cannot be written: %s".formatted(file, obstacle));
        });
    try {
      OutputFile.write(file, temporary -> writeTo(temporary, tensors, metadata));
    } catch (IOException e) {
      throw new WeightsException(
          "%s: cannot be written: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  private static void writeTo(Path file, Map<String, Tensor> tensors, Map<String, String> metadata)
      throws IOException {
    List<Map.Entry<String, Tensor>> ordered =
        tensors.entrySet().stream()
            .sorted(
                Comparator.comparingInt(
                        (Map.Entry<String, Tensor> named) -> -named.getValue().dtype().bits())
                    .thenComparing(Map.Entry.comparingByKey()))
            .toList();
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      writeFully(channel, header(ordered, metadata));
      for (Map.Entry<String, Tensor> named : ordered) {
        MemorySegment bytes = named.getValue().segment();
        for (long from = 0; from < bytes.byteSize(); from += CHUNK) {
          long length = Math.min(CHUNK, bytes.byteSize() - from);
          chunk.clear().limit((int) length);
          MemorySegment.copy(bytes, from, MemorySegment.ofBuffer(chunk), 0, length);
          writeFully(channel, chunk);
        }
      }
      channel.force(true);
    }
  }

  private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The header's length and the header, padded with spaces so that the data is aligned. */
  private static ByteBuffer header(
      List<Map.Entry<String, Tensor>> tensors, Map<String, String> metadata) throws IOException {
    ByteArrayOutputStream json = new ByteArrayOutputStream();
    try (JsonGenerator generator = new JsonFactory().createGenerator(json)) {
      generator.writeStartObject();
      if (!metadata.isEmpty()) {
        generator.writeObjectFieldStart(SafetensorsHeader.METADATA);
        for (Map.Entry<String, String> entry : new TreeMap<>(metadata).entrySet()) {
          generator.writeStringField(entry.getKey(), entry.getValue());
        }
        generator.writeEndObject();
      }
      long offset = 0;
      for (Map.Entry<String, Tensor> named : tensors) {
        if (named.getKey().equals(SafetensorsHeader.METADATA)) {
          throw new WeightsException(
              quote(named.getKey()) + " is reserved and cannot name a tensor");
        }
        long end = offset + named.getValue().byteSize();
        writeEntry(generator, named.getKey(), named.getValue(), offset, end);
        offset = end;
      }
      generator.writeEndObject();
    }
    while (json.size() % ALIGNMENT != 0) {
      json.write(' ');
    }
    return ByteBuffer.allocate(Long.BYTES + json.size())
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(json.size())
        .put(json.toByteArray())
        .flip();
  }

  private static void writeEntry(
      JsonGenerator generator, String name, Tensor tensor, long begin, long end)
      throws IOException {
    generator.writeObjectFieldStart(name);
    generator.writeStringField("dtype", tensor.dtype().name());
    generator.writeFieldName("shape");
    long[] sizes = tensor.shape().sizes();
    generator.writeArray(sizes, 0, sizes.length);
    generator.writeFieldName("data_offsets");
    generator.writeArray(new long[] {begin, end}, 0, 2);
    generator.writeEndObject();
  }
}
