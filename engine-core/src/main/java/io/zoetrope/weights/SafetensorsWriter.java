package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Writes safetensors files that {@link SafetensorsFile} and the reference library read. */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

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
    List<StoredTensor> stored =
        tensors.entrySet().stream()
            .map(named -> StoredTensor.of(named.getKey(), named.getValue()))
            .toList();
    write(file, stored, metadata, _ -> {});
  }

  /**
   * Writes stored tensors as {@link #write(Path, Map, Map)} does, a piece at a time.
   *
   * @param tensors of different names, in {@link Plain} encodings
   * @param progress hears how many bytes of tensors have been written so far
   * @throws WeightsException if the file cannot be written or a tensor cannot be read; nothing is
   *     left behind then
   * @throws IllegalArgumentException if a tensor has an encoding that the format lacks
   */
  public static void write(
      Path file,
      Collection<StoredTensor> tensors,
      Map<String, String> metadata,
      LongConsumer progress) {
    List<StoredTensor> ordered =
        tensors.stream()
            .sorted(
                Comparator.comparingInt((StoredTensor tensor) -> -dtype(tensor).bits())
                    .thenComparing(StoredTensor::name))
            .toList();
    TensorOutput.write(
        file,
        progress,
        output -> {
          output.write(header(ordered, metadata));
          for (StoredTensor tensor : ordered) {
            output.write(tensor);
          }
        });
  }

  /** Whether files of the format can hold tensors of an encoding. */
  public static boolean holds(Encoding encoding) {
    return encoding instanceof Plain;
  }

  private static DType dtype(StoredTensor tensor) {
    if (tensor.encoding() instanceof Plain plain) {
      return plain.dtype();
    }
    throw new IllegalArgumentException("safetensors files cannot hold " + tensor);
  }

  /** The header's length and the header, padded with spaces so that the data is aligned. */
  private static ByteBuffer header(List<StoredTensor> tensors, Map<String, String> metadata)
      throws IOException {
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
      for (StoredTensor tensor : tensors) {
        if (tensor.name().equals(SafetensorsHeader.METADATA)) {
          throw new WeightsException(
              quote(tensor.name()) + " is reserved and cannot name a tensor");
        }
        long end = offset + tensor.byteSize();
        writeEntry(generator, tensor, offset, end);
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

  private static void writeEntry(JsonGenerator generator, StoredTensor tensor, long begin, long end)
      throws IOException {
    generator.writeObjectFieldStart(tensor.name());
    generator.writeStringField("dtype", dtype(tensor).name());
    generator.writeFieldName("shape");
    long[] sizes = tensor.shape().sizes();
    generator.writeArray(sizes, 0, sizes.length);
    generator.writeFieldName("data_offsets");
    generator.writeArray(new long[] {begin, end}, 0, 2);
    generator.writeEndObject();
  }
}
