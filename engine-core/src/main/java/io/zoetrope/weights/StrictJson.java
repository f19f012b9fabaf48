package io.zoetrope.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Streaming parsers for the JSON of weight files. Data binding would cost a noticeable part of a
 * short command's start-up time.
 */
final class StrictJson {
  /** Largest JSON text in bytes: the limit of the safetensors format for headers. */
  static final int LIMIT = 100_000_000;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Names come from untrusted files and are seldom repeated: no symbol table for them.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNameLength(LIMIT).maxStringLength(LIMIT).build())
          .build();

  private StrictJson() {}

  /**
   * A parser over UTF-8 text.
   *
   * @throws java.nio.charset.CharacterCodingException if the text is not valid UTF-8
   */
  static JsonParser parser(ByteBuffer utf8) throws IOException {
    CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(utf8);
    return FACTORY.createParser(text.array(), text.arrayOffset(), text.remaining());
  }
}
