package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.encoding.StoredBytes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a GGUF file says beside its tensors: named numbers, texts and arrays of them. Arrays are
 * read from the file when they are asked for, and can't be any more when it has been closed.
 */
public final class GgufMetadata {
  /** Elements of an array that is read, three times those of the largest vocabularies. */
  private static final int MAX_ELEMENTS = 1 << 20;

  /** Bytes of an array of bytes that is read. */
  private static final int MAX_BYTES = 16 << 20;

  private final String file;
  private final StoredBytes bytes;
  private final Map<String, Value> values;

  /** A value, or where the elements of an array are. */
  sealed interface Value {}

  /** A number, a text or a truth value: a {@link Long}, Float, Double, String or Boolean. */
  record Scalar(GgufType type, Object value) implements Value {
    @Override
    public String toString() {
      return type == GgufType.UINT64 ? Long.toUnsignedString((Long) value) : value.toString();
    }
  }

  /** An array that lies between two positions of the file. */
  record Elements(GgufType type, long count, long begin, long end) implements Value {
    @Override
    public String toString() {
      return "%d of %s".formatted(count, type);
    }
  }

  GgufMetadata(String file, StoredBytes bytes, Map<String, Value> values) {
    this.file = file;
    this.bytes = bytes;
    this.values = Collections.unmodifiableMap(values);
  }

  /** The names of all values, in the order of the file. */
  public Set<String> keys() {
    return values.keySet();
  }

  /** Every value as text; of an array, how many elements it has and of which type. */
  public Map<String, String> texts() {
    Map<String, String> texts = new LinkedHashMap<>();
    values.forEach((key, value) -> texts.put(key, value.toString()));
    return texts;
  }

  /**
   * A text.
   *
   * @throws WeightsException if the value is none
   */
  public Optional<String> text(String key) {
    return scalar(key, "a text", GgufType.STRING).map(String.class::cast);
  }

  /**
   * A truth value.
   *
   * @throws WeightsException if the value is none
   */
  public Optional<Boolean> flag(String key) {
    return scalar(key, "true or false", GgufType.BOOL).map(Boolean.class::cast);
  }

  /**
   * An integer of any width.
   *
   * @throws WeightsException if the value is none, or beyond 2^63 - 1
   */
  public OptionalLong integer(String key) {
    Optional<Object> value = scalar(key, "an integer", GgufType.INTEGERS);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    long integer = (Long) value.get();
    if (integer < 0 && ((Scalar) values.get(key)).type() == GgufType.UINT64) {
      throw wrong(key, "an integer below 2^63");
    }
    return OptionalLong.of(integer);
  }

  /**
   * An array of texts; empty if there is none.
   *
   * @param longest how many bytes a text may have
   * @throws WeightsException if the value is something else, or has more than a million elements
   */
  public Optional<List<String>> textArray(String key, int longest) {
    return array(key, "an array of texts", MAX_ELEMENTS, GgufType.STRING)
        .map(elements -> {
          GgufCursor cursor = cursor(key, elements);
          List<String> texts = new ArrayList<>((int) elements.count());
          for (long i = 0; i < elements.count(); i++) {
            texts.add(cursor.readText(longest));
          }
          return texts;
        });
  }

  /**
   * An array of float32 numbers; empty if there is none.
   *
   * @throws WeightsException if the value is something else, or has more than a million elements
   */
  public Optional<float[]> floatArray(String key) {
    return array(key, "an array of FLOAT32", MAX_ELEMENTS, GgufType.FLOAT32)
        .map(elements -> {
          GgufCursor cursor = cursor(key, elements);
          float[] floats = new float[(int) elements.count()];
          for (int i = 0; i < floats.length; i++) {
            floats[i] = Float.intBitsToFloat(cursor.readInt());
          }
          return floats;
        });
  }

  /**
   * An array of 32-bit integers; empty if there is none.
   *
   * @throws WeightsException if the value is something else, or has more than a million elements
   */
  public Optional<int[]> intArray(String key) {
    return array(key, "an array of INT32", MAX_ELEMENTS, GgufType.INT32, GgufType.UINT32)
        .map(elements -> {
          GgufCursor cursor = cursor(key, elements);
          int[] integers = new int[(int) elements.count()];
          for (int i = 0; i < integers.length; i++) {
            integers[i] = cursor.readInt();
          }
          return integers;
        });
  }

  /**
   * An array of bytes, signed or not; empty if there is none.
   *
   * @throws WeightsException if the value is something else, or has more than 16 MiB
   */
  public Optional<byte[]> byteArray(String key) {
    return array(key, "an array of bytes", MAX_BYTES, GgufType.UINT8, GgufType.INT8)
        .map(elements -> {
          byte[] out = new byte[(int) elements.count()];
          cursor(key, elements).readFully(out);
          return out;
        });
  }

  private GgufCursor cursor(String key, Elements elements) {
    GgufCursor cursor = new GgufCursor(file, bytes, elements.begin(), elements.end());
    cursor.enter("metadata " + quote(key));
    return cursor;
  }

  private Optional<Object> scalar(String key, String wanted, GgufType... types) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case Scalar scalar when scalar.type().isOneOf(types) -> Optional.of(scalar.value());
      default -> throw wrong(key, wanted);
    };
  }

  private Optional<Elements> array(String key, String wanted, int most, GgufType... types) {
    return switch (values.get(key)) {
      case null -> Optional.empty();
      case Elements elements when elements.type().isOneOf(types) && elements.count() <= most ->
          Optional.of(elements);
      default -> throw wrong(key, "%s, of at most %d elements".formatted(wanted, most));
    };
  }

  private WeightsException wrong(String key, String wanted) {
    String found =
        switch (values.get(key)) {
          case Scalar scalar -> scalar.type() + " " + quote(scalar.toString());
          case Elements elements -> elements.toString();
        };
    return new WeightsException(
        "%s: metadata %s is %s, where %s is expected".formatted(file, quote(key), found, wanted));
  }
}
