package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.zoetrope.files.FileErrors;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The JSON header of a safetensors file, checked against every rule of the format and those of
 * {@link StricterRule}.
 *
 * @param entries by name, in the order of their data
 * @param metadata the free-form strings under {@code __metadata__}
 */
record SafetensorsHeader(Map<String, Entry> entries, Map<String, String> metadata) {
  static final String METADATA = "__metadata__";

  /** Five times what the largest published models have in all their shards together,. */
  private static final int MAX_TENSORS = 1 << 18;

  /** Torch and NumPy have no tensors of more dimensions. */
  private static final int MAX_DIMENSIONS = 64;

  private static final int MAX_METADATA_ENTRIES = 1 << 16;
  private static final int MAX_METADATA_CHARACTERS = 16 << 20;

  /**
   * One tensor.
   *
   * @param begin of its bytes, from the start of the data
   * @param end exclusive
   */
  record Entry(DType dtype, Shape shape, long begin, long end) {}

  /**
   * Parses and checks a header.
   *
   * @param file for error messages
   * @param json the header's bytes
   * @param dataBytes number of bytes that follow the header
   * @throws WeightsException that names the file and the rule it breaks
   */
  static SafetensorsHeader parse(String file, ByteBuffer json, long dataBytes) {
    Reader reader = new Reader(file);
    if (!json.hasRemaining()) {
      throw reader.broken("header is empty, not a JSON object");
    }
    switch (json.get(json.position())) {
      case '{' -> {}
      case ' ', '\t', '\n', '\r' ->
          throw reader.refused(
              StricterRule.LEADING_WHITE_SPACE, "header does not begin with '{' but white space");
      default -> throw reader.broken("header does not begin with '{'");
    }
    try (JsonParser parser = StrictJson.parser(json)) {
      reader.read(parser);
    } catch (CharacterCodingException e) {
      throw new WeightsException(file + ": header is not valid UTF-8", e);
    } catch (StreamConstraintsException e) {
      throw reader.refused(StricterRule.HEADER_LIMIT, "header: " + FileErrors.reason(e));
    } catch (JsonProcessingException e) {
      throw new WeightsException(
          "%s: header is not valid JSON: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (IOException e) {
      throw new WeightsException("%s: header: %s".formatted(file, FileErrors.reason(e)), e);
    }
    return new SafetensorsHeader(reader.inDataOrder(dataBytes), reader.metadataOrEmpty());
  }

  /** Collects the content of one header. */
  private static final class Reader {
    private final String file;
    private final Map<String, Entry> entries = new HashMap<>();
    private Map<String, String> metadata;
    private boolean metadataSeen;

    private Reader(String file) {
      this.file = file;
    }

    private WeightsException broken(String rule) {
      return new WeightsException(file + ": " + rule);
    }

    private WeightsException refused(StricterRule rule, String message) {
      return new StricterRuleException(rule, file + ": " + message);
    }

    private Map<String, String> metadataOrEmpty() {
      return metadata == null ? Map.of() : Map.copyOf(metadata);
    }

    private void read(JsonParser parser) throws IOException {
      parser.nextToken();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = name(parser);
        parser.nextToken();
        if (name.equals(METADATA)) {
          readMetadata(parser);
        } else {
          Entry entry = readEntry(parser, name);
          if (entries.put(name, entry) != null) {
            throw refused(StricterRule.DUPLICATE_NAME, tensor(name) + " is given twice");
          }
          if (entries.size() > MAX_TENSORS) {
            throw refused(
                StricterRule.HEADER_LIMIT, "header: more than %d tensors".formatted(MAX_TENSORS));
          }
        }
      }
      if (parser.nextToken() != null) {
        throw broken("header goes on after its JSON object");
      }
    }

    private void readMetadata(JsonParser parser) throws IOException {
      if (metadataSeen) {
        throw broken(METADATA + " is given twice");
      }
      metadataSeen = true;
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return;
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw broken(METADATA + " is not an object of strings");
      }
      metadata = new HashMap<>();
      long characters = 0;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.currentName();
        if (parser.nextToken() != JsonToken.VALUE_STRING) {
          throw broken("%s: the value of %s is not a string".formatted(METADATA, quote(key)));
        }
        String value = parser.getText();
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
          throw broken("%s: the value of %s has a lone surrogate".formatted(METADATA, quote(key)));
        }
        characters += key.length() + value.length();
        if (characters > MAX_METADATA_CHARACTERS || metadata.size() >= MAX_METADATA_ENTRIES) {
          throw refused(
              StricterRule.HEADER_LIMIT,
              "%s: more than %d entries or %d characters"
                  .formatted(METADATA, MAX_METADATA_ENTRIES, MAX_METADATA_CHARACTERS));
        }
        if (metadata.put(key, value) != null) {
          throw refused(
              StricterRule.DUPLICATE_NAME, METADATA + ": " + quote(key) + " is given twice");
        }
      }
    }

    private String name(JsonParser parser) throws IOException {
      String name = parser.currentName();
      if (TensorNames.isUnsafe(name)) {
        throw refused(
            StricterRule.UNSAFE_NAME,
            tensor(name) + " has a control character or a '..' segment in its name");
      }
      return name;
    }

    private static String tensor(String name) {
      return "tensor " + quote(name);
    }

    private Entry readEntry(JsonParser parser, String name) throws IOException {
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw refused(StricterRule.ENTRY_FORM, tensor(name) + ": its entry is not a JSON object");
      }
      DType dtype = null;
      long[] sizes = null;
      long[] offsets = null;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        boolean repeated;
        switch (field) {
          case "dtype" -> {
            repeated = dtype != null;
            dtype = dtype(parser, name);
          }
          case "shape" -> {
            repeated = sizes != null;
            sizes = integers(parser, name, field);
          }
          case "data_offsets" -> {
            repeated = offsets != null;
            offsets = integers(parser, name, field);
          }
          default ->
              throw refused(
                  StricterRule.UNKNOWN_FIELD, tensor(name) + ": unknown field " + quote(field));
        }
        if (repeated) {
          throw broken(tensor(name) + ": " + field + " is given twice");
        }
      }
      if (dtype == null || sizes == null || offsets == null) {
        throw broken(
            "%s: no %s"
                .formatted(
                    tensor(name),
                    dtype == null ? "dtype" : sizes == null ? "shape" : "data_offsets"));
      }
      if (offsets.length != 2) {
        throw broken("%s: %d data_offsets instead of 2".formatted(tensor(name), offsets.length));
      }
      return entry(name, dtype, sizes, offsets[0], offsets[1]);
    }

    private DType dtype(JsonParser parser, String name) throws IOException {
      if (parser.currentToken() != JsonToken.VALUE_STRING) {
        throw refused(StricterRule.ENTRY_FORM, tensor(name) + ": dtype is not a string");
      }
      String text = parser.getText();
      try {
        return DType.valueOf(text);
      } catch (IllegalArgumentException e) {
        throw new WeightsException(
            "%s: %s: unknown dtype %s".formatted(file, tensor(name), quote(text)), e);
      }
    }

    private long[] integers(JsonParser parser, String name, String field) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw broken(tensor(name) + ": " + field + " is not an array");
      }
      List<Long> values = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        boolean integer = parser.currentToken() == JsonToken.VALUE_NUMBER_INT;
        if (!integer || parser.getText().startsWith("-")) {
          throw broken(
              "%s: %s holds something other than non-negative integers"
                  .formatted(tensor(name), field));
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
          throw refused(
              StricterRule.SIZE_LIMIT,
              "%s: %s holds a number beyond 2^63 - 1".formatted(tensor(name), field));
        }
        if (values.size() == MAX_DIMENSIONS) {
          throw refused(
              StricterRule.HEADER_LIMIT,
              "%s: %s holds more than %d numbers".formatted(tensor(name), field, MAX_DIMENSIONS));
        }
        values.add(parser.getLongValue());
      }
      return values.stream().mapToLong(Long::longValue).toArray();
    }

    private Entry entry(String name, DType dtype, long[] sizes, long begin, long end) {
      Shape shape;
      long bits;
      try {
        shape = Shape.of(sizes);
        bits = Math.multiplyExact(shape.count(), dtype.bits());
      } catch (IllegalArgumentException | ArithmeticException e) {
        throw refused(
            StricterRule.SIZE_LIMIT,
            "%s: the size of shape %s overflows".formatted(tensor(name), Arrays.toString(sizes)));
      }
      if (bits % 8 != 0) {
        throw broken(
            "%s: %s of shape %s does not fill whole bytes".formatted(tensor(name), dtype, shape));
      }
      if (end < begin || end - begin != bits / 8) {
        throw broken(
            "%s: data_offsets [%d, %d] do not span the %d bytes of %s %s"
                .formatted(tensor(name), begin, end, bits / 8, dtype, shape));
      }
      return new Entry(dtype, shape, begin, end);
    }

    /** Entries sorted by their data, which they must cover without gaps or overlaps. */
    private Map<String, Entry> inDataOrder(long dataBytes) {
      Map<String, Entry> ordered = new LinkedHashMap<>();
      long covered = 0;
      for (Map.Entry<String, Entry> named : sorted(entries.entrySet())) {
        Entry entry = named.getValue();
        if (entry.begin() != covered) {
          throw broken(
              "%s: its data begins at %d, %s the tensors before it end at %d"
                  .formatted(
                      tensor(named.getKey()),
                      entry.begin(),
                      entry.begin() < covered ? "an overlap:" : "a gap:",
                      covered));
        }
        covered = entry.end();
        ordered.put(named.getKey(), entry);
      }
      if (covered != dataBytes) {
        throw broken(
            "%s: the header describes %d bytes of data, the file holds %d"
                .formatted(
                    covered > dataBytes ? "file is truncated" : "file has trailing bytes",
                    covered,
                    dataBytes));
      }
      return ordered;
    }

    private static List<Map.Entry<String, Entry>> sorted(Set<Map.Entry<String, Entry>> entries) {
      Comparator<Map.Entry<String, Entry>> byData =
          Comparator.comparingLong(named -> named.getValue().begin());
      return entries.stream()
          .sorted(
              byData
                  .thenComparingLong(named -> named.getValue().end())
                  .thenComparing(Map.Entry.comparingByKey()))
          .toList();
    }
  }
}
