package io.zoetrope.t5;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A JSON value together with where it stands, so that every complaint can say so. */
record JsonPlace(JsonNode node, String place) {
  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER).build())
          .build();

  /** Bytes of a file: twice as many as the vocabularies of 256,000 pieces that are published. */
  static final int LIMIT = 64 << 20;

  /** Reads one value from a parser. */
  @FunctionalInterface
  interface ValueReader {
    JsonNode read(JsonParser parser) throws IOException;
  }

  static JsonPlace read(Path file) {
    return new JsonPlace(parse(file, MAPPER::readTree), file.toString()).object();
  }

  /** What {@code reader} makes of a file that holds one value and nothing else. */
  static JsonNode parse(Path file, ValueReader reader) {
    try (JsonParser parser = MAPPER.createParser(InputFile.readAll(file, LIMIT))) {
      JsonNode value = reader.read(parser);
      if (parser.nextToken() != null) {
        throw new TokenizerException(file + " goes on after its JSON value");
      }
      return value == null ? MissingNode.getInstance() : value;
    } catch (JacksonException e) {
      String at = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
      String what = e.getOriginalMessage().lines().findFirst().orElse("");
      throw new TokenizerException(file + " is malformed JSON" + at + ": " + what, e);
    } catch (IOException e) {
      throw new TokenizerException(
          "%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  /** The named field; absent and null ones give a place for which {@link #isNull} holds. */
  JsonPlace get(String field) {
    return new JsonPlace(node.path(field), place + ": " + field);
  }

  boolean isNull() {
    return node.isNull() || node.isMissingNode();
  }

  List<JsonPlace> elements() {
    require(node.isArray(), "an array");
    List<JsonPlace> elements = new ArrayList<>(node.size());
    for (int i = 0; i < node.size(); i++) {
      elements.add(new JsonPlace(node.get(i), place + "[" + i + "]"));
    }
    return elements;
  }

  JsonPlace object() {
    return require(node.isObject(), "an object");
  }

  String text() {
    return require(node.isTextual(), "a string").node.textValue();
  }

  int index() {
    return require(node.isInt() && node.intValue() >= 0, "an integer of at least 0")
        .node
        .intValue();
  }

  boolean bool() {
    return require(node.isBoolean(), "true or false").node.booleanValue();
  }

  boolean bool(boolean ifAbsent) {
    return isNull() ? ifAbsent : bool();
  }

  /** Type of a component of tokenizer.json. */
  String type() {
    return object().get("type").text();
  }

  TokenizerException unsupported(String supported) {
    return new TokenizerException(
        "%s of type \"%s\" is not supported; supported: %s".formatted(place, type(), supported));
  }

  TokenizerException wrong(String what) {
    return new TokenizerException(place + " " + what);
  }

  private JsonPlace require(boolean holds, String expected) {
    if (!holds) {
      String found =
          node.isMissingNode() ? "nothing" : node.getNodeType().name().toLowerCase(Locale.ROOT);
      throw wrong("must be " + expected + ", found " + found);
    }
    return this;
  }
}
