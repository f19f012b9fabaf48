package io.zoetrope.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * Streaming parsers for the JSON of weight files. Data binding would cost a noticeable part of a
 * short command's start-up time.
 */
final class StrictJson {
  /** Largest JSON text in bytes: the limit of the safetensors format for headers. */
  static final int LIMIT = 100_000_000;

  /** Characters of a name, and depth of nesting: several times what published files have. */
  private static final int NAME_LIMIT = 2048;

  private static final int DEPTH_LIMIT = 32;

  /** Characters of a string; metadata of fine-tuned models can be some millions. */
  private static final int STRING_LIMIT = 16 << 20;

  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          // Names come from untrusted files and are seldom repeated: no symbol table for them.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNameLength(NAME_LIMIT)
                  .maxStringLength(STRING_LIMIT)
                  .maxNestingDepth(DEPTH_LIMIT)
                  .build())
          .build();

  private StrictJson() {}

  /**
   * A parser over UTF-8 text, which is decoded as it is read. Invalid UTF-8 makes it throw a {@link
   * java.nio.charset.CharacterCodingException}.
   */
  static JsonParser parser(ByteBuffer utf8) throws IOException {
    return FACTORY.createParser(new Utf8Reader(utf8));
  }

  /** Decodes a buffer without a copy of it. */
  private static final class Utf8Reader extends Reader {
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer utf8;

    Utf8Reader(ByteBuffer utf8) {
      this.utf8 = utf8;
    }

    @Override
    public int read(char[] target, int from, int length) throws IOException {
      if (!utf8.hasRemaining()) {
        return -1;
      }
      CharBuffer chars = CharBuffer.wrap(target, from, length);
      CoderResult result = decoder.decode(utf8, chars, true);
      if (result.isError()) {
        result.throwException();
      }
      return chars.position() - from;
    }

    @Override
    public void close() {
      // There is nothing to release.
    }
  }
}
