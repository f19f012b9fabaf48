package io.zoetrope.server.api;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/** JSON of clients, which is not trusted: one object, no field twice, nothing deep or behind it. */
public final class Json {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_DIGITS = 40;

  /** Strings are as long as bodies may be, since pictures come as text. */
  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(MAX_DEPTH)
                          .maxNumberLength(MAX_DIGITS)
                          .maxStringLength(Integer.MAX_VALUE)
                          .build())
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private Json() {}

  /** An object without fields. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /** An array without elements. */
  public static ArrayNode array() {
    return MAPPER.createArrayNode();
  }

  /** A value as JSON has it: numbers, texts, lists and maps of such. */
  public static JsonNode of(Object value) {
    return MAPPER.valueToTree(value);
  }

  /** The text of a value, on one line. */
  public static String text(JsonNode value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JacksonException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads what a client has sent.
   *
   * @param parameter where it stands, for errors; null for the body
   * @throws ApiException if it is anything but one JSON object
   */
  public static ObjectNode parse(String parameter, byte[] bytes) {
    try (JsonParser parser = MAPPER.createParser(bytes)) {
      return read(parameter, parser);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ObjectNode read(String parameter, JsonParser parser) throws IOException {
    try {
      JsonNode node = MAPPER.readTree(parser);
      if (!(node instanceof ObjectNode object)) {
        throw ApiException.malformed(parameter, "a JSON object is needed");
      }
      if (parser.nextToken() != null) {
        throw ApiException.malformed(parameter, "there is more behind the JSON object");
      }
      return object;
    } catch (JacksonException e) {
      String field = parser.currentName();
      throw ApiException.malformed(
          parameter == null ? field : parameter, "malformed JSON: " + e.getOriginalMessage());
    }
  }

  /** Reads what this server has written itself. */
  public static ObjectNode trusted(String text) {
    try {
      return (ObjectNode) MAPPER.readTree(text);
    } catch (JacksonException e) {
      throw new IllegalStateException("JSON of this server: " + e.getOriginalMessage(), e);
    }
  }
}
