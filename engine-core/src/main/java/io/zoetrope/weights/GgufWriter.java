package io.zoetrope.weights;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.StoredTensor;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Writes GGUF files of version 3, which {@link GgufFile} and ggml's libraries read: metadata first,
 * then the tensors, in the order in which they are given.
 */
public final class GgufWriter {
  private static final int VERSION = 3;
  private static final int ALIGNMENT = 32;

  private final Bytes metadata = new Bytes();
  private int values;

  /** Little-endian numbers, and texts with their lengths. */
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes put(long value, int bytes) {
      byte[] all =
          ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array();
      write(all, 0, bytes);
      return this;
    }

    Bytes putInt(int value) {
      return put(value, Integer.BYTES);
    }

    Bytes putLong(long value) {
      return put(value, Long.BYTES);
    }

    Bytes putText(String text) {
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      putLong(utf8.length);
      writeBytes(utf8);
      return this;
    }
  }

  /** Whether files of the format can hold tensors of an encoding. */
  public static boolean holds(Encoding encoding) {
    return GgmlType.number(encoding).isPresent();
  }

  private Bytes begin(String key, GgufType type) {
    values++;
    return metadata.putText(key).putInt(type.ordinal());
  }

  private Bytes beginArray(String key, GgufType type, int length) {
    return begin(key, GgufType.ARRAY).putInt(type.ordinal()).putLong(length);
  }

  /** Adds a text to the metadata. */
  public GgufWriter text(String key, String value) {
    begin(key, GgufType.STRING).putText(value);
    return this;
  }

  /** Adds an unsigned integer of 32 bits. */
  public GgufWriter integer(String key, int value) {
    begin(key, GgufType.UINT32).putInt(value);
    return this;
  }

  /** Adds a number in float32. */
  public GgufWriter number(String key, float value) {
    begin(key, GgufType.FLOAT32).putInt(Float.floatToRawIntBits(value));
    return this;
  }

  /** Adds a truth value. */
  public GgufWriter flag(String key, boolean value) {
    begin(key, GgufType.BOOL).put(value ? 1 : 0, Byte.BYTES);
    return this;
  }

  /** Adds an array of texts. */
  public GgufWriter textArray(String key, List<String> elements) {
    beginArray(key, GgufType.STRING, elements.size());
    elements.forEach(metadata::putText);
    return this;
  }

  /** Adds an array of signed integers of 32 bits. */
  public GgufWriter intArray(String key, int... elements) {
    beginArray(key, GgufType.INT32, elements.length);
    for (int element : elements) {
      metadata.putInt(element);
    }
    return this;
  }

  /** Adds an array of numbers in float32. */
  public GgufWriter floatArray(String key, float[] elements) {
    beginArray(key, GgufType.FLOAT32, elements.length);
    for (float element : elements) {
      metadata.putInt(Float.floatToRawIntBits(element));
    }
    return this;
  }

  /** Adds an array of bytes. */
  public GgufWriter byteArray(String key, byte[] elements) {
    beginArray(key, GgufType.UINT8, elements.length).writeBytes(elements);
    return this;
  }

  /**
   * Writes the metadata so far and tensors under a temporary name, a piece at a time, and renames
   * the file when it is complete.
   *
   * @param tensors of different names
   * @param progress hears how many bytes of tensors have been written so far
   * @throws WeightsException if the file cannot be written or a tensor cannot be read; nothing is
   *     left behind then
   * @throws IllegalArgumentException if a tensor has an encoding that the format lacks
   */
  public void write(Path file, Collection<StoredTensor> tensors, LongConsumer progress) {
    ByteBuffer header = header(tensors);
    TensorOutput.write(
        file,
        progress,
        output -> {
          output.write(header);
          for (StoredTensor tensor : tensors) {
            output.write(tensor);
            output.write(
                ByteBuffer.allocate((int) (padded(output.position()) - output.position())));
          }
        });
  }

  private ByteBuffer header(Collection<StoredTensor> tensors) {
    Bytes header = new Bytes();
    header.writeBytes(GgufHeader.MAGIC.getBytes(StandardCharsets.US_ASCII));
    header.putInt(VERSION).putLong(tensors.size()).putLong(values);
    header.writeBytes(metadata.toByteArray());
    long offset = 0;
    for (StoredTensor tensor : tensors) {
      long[] sizes = tensor.shape().sizes();
      header.putText(tensor.name()).putInt(sizes.length);
      for (int i = sizes.length - 1; i >= 0; i--) {
        header.putLong(sizes[i]);
      }
      int type =
          GgmlType.number(tensor.encoding())
              .orElseThrow(() -> new IllegalArgumentException("GGUF files cannot hold " + tensor));
      header.putInt(type).putLong(offset);
      offset += padded(tensor.byteSize());
    }
    header.writeBytes(new byte[(int) (padded(header.size()) - header.size())]);
    return ByteBuffer.wrap(header.toByteArray());
  }

  private static long padded(long bytes) {
    return Math.ceilDiv(bytes, ALIGNMENT) * ALIGNMENT;
  }
}
