package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.encoding.StoredBytes;
import io.zoetrope.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands before the data of a GGUF file, checked: metadata, and name, format, shape and place
 * of each tensor. Sizes are innermost first in the file, and outermost first here.
 *
 * @param entries by name, in the order of the file
 * @param metadata named values
 */
record GgufHeader(Map<String, Entry> entries, GgufMetadata metadata) {
  static final String MAGIC = "GGUF";

  /** Where the metadata begins: behind magic, version and two counts. */
  private static final int FIXED_BYTES = 24;

  /** Bytes of all before the data, which is the limit of safetensors, too; files have some MB. */
  private static final int LIMIT = 100_000_000;

  private static final int MAX_TENSORS = 1 << 18;
  private static final int MAX_VALUES = 1 << 16;

  /** Torch and NumPy have no tensors of more dimensions. */
  private static final int MAX_DIMENSIONS = 64;

  private static final int LONGEST_NAME = 2048;

  /** Bytes of a text in the metadata, and of all together. */
  private static final int LONGEST_TEXT = 16 << 20;

  private static final int DEFAULT_ALIGNMENT = 32;
  private static final String ALIGNMENT = "general.alignment";

  /** Followed by a tensor's name: its sizes, outermost first, where the file's are others. */
  private static final String ORIGINAL_SHAPE = "comfy.gguf.orig_shape.";

  /**
   * One tensor.
   *
   * @param begin of its bytes, from the start of the file
   */
  record Entry(Encoding encoding, Shape shape, long begin) {
    long end() {
      return begin + encoding.bytes(shape.count());
    }
  }

  /** A tensor as it is described; its place counts from the start of the data. */
  private record Description(String name, Encoding encoding, Shape shape, long offset) {}

  /**
   * Parses and checks a header.
   *
   * @param file for error messages
   * @param bytes of the file
   * @param size how many there are
   * @throws WeightsException that names the file and the rule it breaks
   */
  static GgufHeader parse(String file, StoredBytes bytes, long size) {
    return new Reader(file, bytes, size).read();
  }

  private static final class Reader {
    private final String file;
    private final StoredBytes bytes;
    private final long size;
    private final GgufCursor cursor;
    private final Map<String, GgufMetadata.Value> values = new LinkedHashMap<>();
    private long textBytes;

    Reader(String file, StoredBytes bytes, long size) {
      this.file = file;
      this.bytes = bytes;
      this.size = size;
      cursor = new GgufCursor(file, bytes, 0, size);
    }

    private WeightsException broken(String message) {
      return new WeightsException(file + ": " + message);
    }

    GgufHeader read() {
      readVersion();
      long tensors = count("tensors", MAX_TENSORS);
      long pairs = count("values of metadata", MAX_VALUES);
      for (long i = 0; i < pairs; i++) {
        cursor.enter("value %d of the metadata".formatted(i));
        readPair();
      }
      GgufMetadata metadata = new GgufMetadata(file, bytes, values);
      List<Description> descriptions = new ArrayList<>();
      for (long i = 0; i < tensors; i++) {
        cursor.enter("tensor %d".formatted(i));
        descriptions.add(readDescription());
        requireWithinLimit();
      }
      return new GgufHeader(entries(descriptions, metadata), metadata);
    }

    private void readVersion() {
      if (size < FIXED_BYTES) {
        throw broken("%d bytes are too few for a GGUF file: is it whole?".formatted(size));
      }
      cursor.skip(MAGIC.length());
      int version = cursor.readInt();
      if ((version & 0xFFFF) == 0 && version != 0) {
        throw broken(
            "its numbers are big-endian, which is not supported: take a little-endian file");
      }
      if (version != 2 && version != 3) {
        throw broken(
            "it has version %s of GGUF, where 2 and 3 are supported"
                .formatted(Integer.toUnsignedString(version)));
      }
    }

    private long count(String what, int most) {
      long count = cursor.readLong();
      if (Long.compareUnsigned(count, most) > 0) {
        throw broken(
            "claims %s %s, more than %d, the most allowed"
                .formatted(Long.toUnsignedString(count), what, most));
      }
      return count;
    }

    private void requireWithinLimit() {
      if (cursor.position() > LIMIT) {
        throw broken("more than %d bytes stand before its data, the most allowed".formatted(LIMIT));
      }
    }

    private void readPair() {
      String key = cursor.readText(LONGEST_NAME);
      cursor.enter("metadata " + quote(key));
      GgufType type = readType();
      long begin = cursor.position();
      GgufMetadata.Value value =
          type == GgufType.ARRAY
              ? readArray()
              : new GgufMetadata.Scalar(type, type.read(cursor, LONGEST_TEXT));
      if (type == GgufType.STRING) {
        textBytes += cursor.position() - begin;
      }
      if (textBytes > LONGEST_TEXT) {
        throw broken(
            "its metadata has more than %d bytes of text, the most allowed"
                .formatted(LONGEST_TEXT));
      }
      requireWithinLimit();
      if (values.put(key, value) != null) {
        throw broken("metadata %s is given twice".formatted(quote(key)));
      }
    }

    private GgufType readType() {
      int number = cursor.readInt();
      GgufType[] types = GgufType.values();
      if (number < 0 || number >= types.length) {
        throw cursor.broken("unknown type " + Integer.toUnsignedString(number));
      }
      return types[number];
    }

    private GgufMetadata.Value readArray() {
      GgufType type = readType();
      long count = cursor.readLong();
      if (type == GgufType.ARRAY) {
        throw cursor.broken("an array of arrays, which no model's file has");
      }
      // A text has eight bytes for its length at least.
      long least = type == GgufType.STRING ? Long.BYTES : type.bytes();
      if (Long.compareUnsigned(count, cursor.remaining() / least) > 0) {
        throw cursor.broken(
            "an array of %s elements of type %s, but only %d bytes follow: is the file whole?"
                .formatted(Long.toUnsignedString(count), type, cursor.remaining()));
      }
      long begin = cursor.position();
      if (type == GgufType.STRING) {
        for (long i = 0; i < count; i++) {
          cursor.skipText();
          requireWithinLimit();
        }
      } else {
        cursor.skip(count * type.bytes());
      }
      return new GgufMetadata.Elements(type, count, begin, cursor.position());
    }

    private Description readDescription() {
      String name = cursor.readText(LONGEST_NAME);
      if (TensorNames.isUnsafe(name)) {
        throw cursor.broken(
            "tensor %s has a control character or a '..' segment in its name"
                .formatted(quote(name)));
      }
      cursor.enter("tensor " + quote(name));
      int dimensions = cursor.readInt();
      if (dimensions < 0 || dimensions > MAX_DIMENSIONS) {
        throw cursor.broken(
            "claims %s dimensions, more than %d, the most allowed"
                .formatted(Integer.toUnsignedString(dimensions), MAX_DIMENSIONS));
      }
      long[] sizes = new long[dimensions];
      for (int i = dimensions - 1; i >= 0; i--) {
        sizes[i] = cursor.readLong();
      }
      int type = cursor.readInt();
      Encoding encoding =
          GgmlType.encoding(type)
              .orElseThrow(() ->
                  cursor.broken(
                      "unknown format, number %s of ggml"
                          .formatted(Integer.toUnsignedString(type))));
      long offset = cursor.readLong();
      return new Description(name, encoding, shape(sizes, encoding), offset);
    }

    /** The shape of sizes, outermost first, whose rows fill blocks. */
    private Shape shape(long[] sizes, Encoding encoding) {
      Shape shape;
      try {
        shape = Shape.of(sizes);
      } catch (IllegalArgumentException e) {
        throw cursor.broken("the size of shape %s overflows".formatted(Arrays.toString(sizes)));
      }
      // Every block has a byte at least, so that its number times its bytes cannot overflow.
      if (shape.count() / encoding.block() > size) {
        throw cursor.broken(
            "%s of shape %s does not fit into a file of %d bytes: is it whole?"
                .formatted(encoding.name(), shape, size));
      }
      long row = shape.rank() == 0 ? 1 : shape.size(-1);
      if (row % encoding.block() != 0) {
        throw cursor.broken(
            "rows of %d elements do not fill the blocks of %d that %s has"
                .formatted(row, encoding.block(), encoding.name()));
      }
      return shape;
    }

    private Map<String, Entry> entries(List<Description> descriptions, GgufMetadata metadata) {
      long alignment = alignment();
      long dataStart = Math.ceilDiv(cursor.position(), alignment) * alignment;
      Map<String, Entry> entries = new LinkedHashMap<>();
      for (Description described : descriptions) {
        Entry entry = entry(described, dataStart, alignment, metadata);
        if (entries.put(described.name(), entry) != null) {
          throw broken("tensor %s is given twice".formatted(quote(described.name())));
        }
      }
      requireApart(entries);
      return entries;
    }

    private long alignment() {
      return switch (values.get(ALIGNMENT)) {
        case null -> DEFAULT_ALIGNMENT;
        case GgufMetadata.Scalar(GgufType type, Object value)
            when type == GgufType.UINT32 && Long.bitCount((Long) value) == 1 ->
            (Long) value;
        case GgufMetadata.Value value ->
            throw broken(
                "metadata '%s' is %s, where a power of two of type %s is expected"
                    .formatted(ALIGNMENT, value, GgufType.UINT32));
      };
    }

    private Entry entry(
        Description described, long dataStart, long alignment, GgufMetadata metadata) {
      cursor.enter("tensor " + quote(described.name()));
      long offset = described.offset();
      if (offset % alignment != 0) {
        throw cursor.broken(
            "its data begins at %s, which is no multiple of the alignment, %d"
                .formatted(Long.toUnsignedString(offset), alignment));
      }
      long needed = described.encoding().bytes(described.shape().count());
      long available = Math.max(0, size - dataStart);
      if (offset < 0 || offset > available || needed > available - offset) {
        throw cursor.broken(
            "its data, %d bytes from %s on, is not within the %d bytes of data of the file: is it whole?"
                .formatted(needed, Long.toUnsignedString(offset), available));
      }
      return new Entry(described.encoding(), original(described, metadata), dataStart + offset);
    }

    /** The shape that a tensor had before a converter gave it one that can be quantized. */
    private Shape original(Description described, GgufMetadata metadata) {
      String key = ORIGINAL_SHAPE + described.name();
      return metadata
          .intArray(key)
          .map(sizes -> {
            long[] original = Arrays.stream(sizes).asLongStream().toArray();
            if (sizes.length > MAX_DIMENSIONS || !hasCount(original, described.shape().count())) {
              throw broken(
                  "metadata %s says %s of a tensor of shape %s, which has another number of elements"
                      .formatted(quote(key), shortened(original), described.shape()));
            }
            return Shape.of(original);
          })
          .orElse(described.shape());
    }

    private static boolean hasCount(long[] sizes, long count) {
      try {
        return Shape.of(sizes).count() == count;
      } catch (IllegalArgumentException _) {
        return false;
      }
    }

    private static String shortened(long[] sizes) {
      return quote(Arrays.toString(Arrays.copyOf(sizes, Math.min(sizes.length, MAX_DIMENSIONS))));
    }

    /** No writer puts tensors into one another; who reads such a file reads something wrong. */
    private void requireApart(Map<String, Entry> entries) {
      List<Map.Entry<String, Entry>> ordered =
          entries.entrySet().stream()
              .filter(named -> named.getValue().shape().count() > 0)
              .sorted(Comparator.comparingLong(named -> named.getValue().begin()))
              .toList();
      for (int i = 1; i < ordered.size(); i++) {
        if (ordered.get(i).getValue().begin() < ordered.get(i - 1).getValue().end()) {
          throw broken(
              "the data of tensors %s and %s overlaps"
                  .formatted(quote(ordered.get(i - 1).getKey()), quote(ordered.get(i).getKey())));
        }
      }
    }
  }
}
