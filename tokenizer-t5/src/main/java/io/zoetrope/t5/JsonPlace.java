package io.zoetrope.t5;

import static io.zoetrope.files.Printable.quote;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.FileKind;
import io.zoetrope.files.InputFile;
import io.zoetrope.files.Printable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** A JSON value together with where it stands, so that every complaint can say so. */
record JsonPlace(JsonNode node, String place) {
  static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Bounds.DEPTH)
                          .maxTokenCount(Bounds.JSON_TOKENS)
                          .build())
                  .build())
          .build();

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
    byte[] json = bytes(file);
    try (JsonParser parser = MAPPER.createParser(json)) {
      JsonNode value = reader.read(parser);
      if (parser.nextToken() != null) {
        throw new TokenizerException(file + " goes on after its JSON value");
      }
      return value == null ? MissingNode.getInstance() : value;
    } catch (JacksonException e) {
      Optional<FileKind> kind = FileKind.of(json).filter(found -> found != FileKind.JSON);
      if (kind.isPresent()) {
        throw new TokenizerException("%s: %s".formatted(file, kind.get().description()), e);
      }
      String at = e.getLocation() == null ? "" : " at line " + e.getLocation().getLineNr();
      throw new TokenizerException(
          "%s is malformed JSON%s: %s".formatted(file, at, FileErrors.reason(e)), e);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** The whole file. */
  static byte[] bytes(Path file) {
    try {
      return InputFile.readAll(file, Bounds.FILE_BYTES);
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static TokenizerException unreadable(Path file, IOException e) {
    return new TokenizerException(
        "%s: cannot be read: %s".formatted(file, FileErrors.reason(e)), e);
  }

  /** The named field; absent and null ones give a place for which {@link #isNull} holds. */
  JsonPlace get(String field) {
    return new JsonPlace(node.path(field), place + ": " + Printable.value(field));
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

  /** The steps of a component, which a sequence of sequences has in a row; none for null. */
  Stream<JsonPlace> steps(String field) {
    List<JsonPlace> steps = new ArrayList<>();
    if (!isNull()) {
      collectSteps(field, steps);
    }
    return steps.stream();
  }

  private void collectSteps(String field, List<JsonPlace> steps) {
    if (type().equals("Sequence")) {
      get(field).elements().forEach(step -> step.collectSteps(field, steps));
    } else {
      steps.add(this);
      requireAtMost(Bounds.STEPS, steps.size(), "steps");
    }
  }

  /** Refuses more of something than the {@link Bounds} allow. */
  void requireAtMost(int most, int found, String what) {
    if (found > most) {
      throw wrong("is more than the %d %s that a tokenizer needs".formatted(most, what));
    }
  }

  JsonPlace object() {
    return require(node.isObject(), "an object");
  }

  String text() {
    return requirePaired(require(node.isTextual(), "a string").node.textValue(), place);
  }

  /** A text that the {@link Bounds} allow for a token or a pattern. */
  String shortText() {
    return Bounds.requireShort(text(), place);
  }

  /** A text from JSON, where an escape can stand for half a character. */
  static String requirePaired(String text, String place) {
    if (text.chars().anyMatch(c -> Character.isSurrogate((char) c))
        && text.codePoints().anyMatch(c -> Character.getType(c) == Character.SURROGATE)) {
      throw new TokenizerException(
          "%s holds half a character (an unpaired surrogate): %s".formatted(place, quote(text)));
    }
    return text;
  }

  /** An id of a token. */
  int id() {
    return count(Bounds.PIECES);
  }

  int count(int most) {
    return require(
            node.isInt() && node.intValue() >= 0 && node.intValue() <= most,
            "an integer from 0 to " + most)
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
        "%s of type %s is not supported; supported: %s".formatted(place, quote(type()), supported));
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
