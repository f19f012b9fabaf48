package io.zoetrope.media;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectWriter;
import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.FileErrors;
import io.zoetrope.files.InputFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;

/**
 * Where a clip comes from: what every output carries, as one JSON object. {@code engine} (name and
 * version) and {@code digitalSourceType} are always there; the rest (model, prompt, seed, resolved
 * settings) is the caller's choice and keeps its order.
 *
 * @param entries JSON values: strings, numbers, booleans, null, lists and maps of them; as JSON
 *     reads them back, so a {@code float} becomes a {@code Double} and a small {@code long} an
 *     {@code Integer}
 */
public record Provenance(Map<String, Object> entries) {
  /** What IPTC's terms begin with (https://cv.iptc.org/newscodes/digitalsourcetype/). */
  private static final String VOCABULARY = "http://cv.iptc.org/newscodes/digitalsourcetype/";

  /** IPTC's term for media made by a generative model. */
  public static final String TRAINED_ALGORITHMIC_MEDIA = VOCABULARY + "trainedAlgorithmicMedia";

  /** IPTC's term for media that an algorithm made better or larger, but not up. */
  public static final String ALGORITHMICALLY_ENHANCED = VOCABULARY + "algorithmicallyEnhanced";

  /** IPTC's term for what is put together of generated media and others. */
  public static final String COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA =
      VOCABULARY + "compositeWithTrainedAlgorithmicMedia";

  /** Name and version of this engine, as in {@code engine} of every document. */
  public static final Map<String, Object> ENGINE = engine();

  /**
   * Bytes of a document that are read at most: two prompts of 100,000 characters, each as two
   * escapes, and what else there is.
   */
  static final int MAX_BYTES = 4 << 20;

  static final String ENGINE_KEY = "engine";
  private static final String SOURCE_KEY = "source";
  static final String SOURCE_TYPE_KEY = "digitalSourceType";

  /**
   * @throws IllegalArgumentException if {@code engine} or {@code digitalSourceType} is missing, or
   *     a value isn't one of JSON
   */
  public Provenance {
    for (String key : new String[] {ENGINE_KEY, SOURCE_TYPE_KEY}) {
      if (!entries.containsKey(key)) {
        throw new IllegalArgumentException("provenance: the entry '" + key + "' is missing");
      }
    }
    entries = copy(entries);
  }

  /**
   * A clip that this engine makes now.
   *
   * @throws IllegalArgumentException if {@code settings} holds {@code engine} or {@code
   *     digitalSourceType}, or a value isn't JSON
   */
  public static Provenance of(Map<String, ?> settings) {
    return of(settings, TRAINED_ALGORITHMIC_MEDIA);
  }

  /**
   * A clip that this engine makes of another one without making anything up: it is generated where
   * that is.
   *
   * @param source where the other one comes from, which is kept under {@code source}; empty if it
   *     does not say
   * @throws IllegalArgumentException as {@link #of} does
   */
  public static Provenance ofEnhanced(Map<String, ?> settings, Optional<Provenance> source) {
    return of(
        withSource(settings, source),
        source.map(Provenance::digitalSourceType).orElse(ALGORITHMICALLY_ENHANCED));
  }

  /** Settings with where a clip comes from that another one is made of, if it says so. */
  public static Map<String, Object> withSource(
      Map<String, ?> settings, Optional<Provenance> source) {
    var entries = new LinkedHashMap<String, Object>(settings);
    source.ifPresent(known -> entries.put(SOURCE_KEY, known.entries));
    return entries;
  }

  /**
   * Something that this engine puts together now.
   *
   * @param parts where the parts come from; empty for one that carries no provenance, which may not
   *     be generated
   * @throws IllegalArgumentException as {@link #of} does
   */
  public static Provenance ofParts(
      Map<String, ?> settings, Collection<Optional<Provenance>> parts) {
    boolean isGenerated =
        parts.stream()
            .allMatch(part ->
                part.map(Provenance::digitalSourceType)
                    .filter(TRAINED_ALGORITHMIC_MEDIA::equals)
                    .isPresent());
    return of(
        settings,
        isGenerated ? TRAINED_ALGORITHMIC_MEDIA : COMPOSITE_WITH_TRAINED_ALGORITHMIC_MEDIA);
  }

  private static Provenance of(Map<String, ?> settings, String digitalSourceType) {
    var entries = new LinkedHashMap<String, Object>(settings);
    if (entries.put(ENGINE_KEY, ENGINE) != null
        || entries.put(SOURCE_TYPE_KEY, digitalSourceType) != null) {
      throw new IllegalArgumentException(
          "provenance: '%s' and '%s' are set by the engine".formatted(ENGINE_KEY, SOURCE_TYPE_KEY));
    }
    return new Provenance(entries);
  }

  /**
   * IPTC's term for how the clip was made; a document that was read may hold anything, of which
   * only such terms count.
   */
  String digitalSourceType() {
    return entries.get(SOURCE_TYPE_KEY) instanceof String type
            && type.matches(Pattern.quote(VOCABULARY) + "[A-Za-z]{1,60}")
        ? type
        : ALGORITHMICALLY_ENHANCED;
  }

  /** As {@link #read}; empty where that fails, for clips that need not say where they come from. */
  public static Optional<Provenance> find(Path file) {
    try {
      return Optional.of(read(file));
    } catch (MediaException _) {
      return Optional.empty();
    }
  }

  /**
   * The document that an MP4, a GIF, a PNG or a folder of frames carries.
   *
   * @throws MediaException if the file can't be read or carries none
   */
  public static Provenance read(Path file) {
    try {
      Optional<String> json =
          Files.isDirectory(file)
              ? Optional.of(readDocument(file.resolve(PngFolderWriter.PROVENANCE_FILE)))
              : readComment(file);
      return fromJson(json.orElseThrow(() -> new IllegalArgumentException("no comment in it")));
    } catch (IOException e) {
      throw new MediaException("cannot read %s: %s".formatted(file, FileErrors.reason(e)), e);
    } catch (IllegalArgumentException e) {
      throw new MediaException(
          "%s carries no provenance (%s); only outputs of this engine that no other program rewrote do"
              .formatted(file, e.getMessage()),
          e);
    }
  }

  private static String readDocument(Path file) throws IOException {
    if (!InputFile.isThere(file)) {
      throw new IOException("the folder has no " + file.getFileName());
    }
    return new String(InputFile.readAll(file, MAX_BYTES), StandardCharsets.UTF_8);
  }

  private static Optional<String> readComment(Path file) throws IOException {
    InputFile.requireRegular(file);
    try (var in = new BufferedInputStream(Files.newInputStream(file))) {
      if (Arrays.equals(in.readNBytes(PngText.SIGNATURE.length), PngText.SIGNATURE)) {
        return PngText.find(in, PngText.COMMENT);
      }
    }
    try (var demuxer = Demuxer.open(file)) {
      return demuxer.tag("comment");
    }
  }

  /**
   * The document that {@link #toJson} wrote.
   *
   * @throws IllegalArgumentException if {@code json} isn't such a document
   */
  public static Provenance fromJson(String json) {
    return new Provenance(parse(json));
  }

  /** Whether the document is short enough to be read again from whatever carries it. */
  public boolean isReadable() {
    return toAsciiJson().length() <= MAX_BYTES;
  }

  /** What {@link #of} was given: the entries without those of the engine. */
  public Map<String, Object> settings() {
    var settings = new LinkedHashMap<>(entries);
    settings.keySet().removeAll(List.of(ENGINE_KEY, SOURCE_TYPE_KEY));
    return settings;
  }

  /** The document as JSON on one line. */
  public String toJson() {
    return write(JsonConfig.MAPPER.writer(), entries);
  }

  /** {@link #toJson} with everything beyond ASCII escaped, for places that hold nothing else. */
  String toAsciiJson() {
    JsonGenerator.Feature ascii = JsonWriteFeature.ESCAPE_NON_ASCII.mappedFeature();
    return write(JsonConfig.MAPPER.writer().with(ascii), entries);
  }

  /** {@link #toJson} over several lines, for people. */
  public String toPrettyJson() {
    return write(JsonConfig.MAPPER.writerWithDefaultPrettyPrinter(), entries);
  }

  /** The length of a document that is to be read. */
  static int requireBounded(long bytes) throws IOException {
    if (bytes > MAX_BYTES) {
      throw new IOException(
          "its comment has %d bytes, which no output of this engine has; at most %d are read"
              .formatted(bytes, MAX_BYTES));
    }
    return (int) bytes;
  }

  private static Map<String, Object> copy(Map<?, ?> entries) {
    var copy = new LinkedHashMap<String, Object>();
    entries.forEach((key, value) -> copy.put((String) key, copy(value)));
    return Collections.unmodifiableMap(copy);
  }

  private static Object copy(Object value) {
    return switch (value) {
      case null -> null;
      case String _, Boolean _, Integer _, BigInteger _ -> value;
      case Long number when number == number.intValue() -> number.intValue();
      case Long _ -> value;
      case Float number -> copy(Double.valueOf(number.toString()));
      case Double number when Double.isFinite(number) -> value;
      case Map<?, ?> map -> copy(map);
      case List<?> list -> list.stream().map(Provenance::copy).toList();
      default ->
          throw new IllegalArgumentException(
              "provenance: %s (%s) is no JSON value"
                  .formatted(value, value.getClass().getSimpleName()));
    };
  }

  private static Map<String, Object> parse(String json) {
    try {
      return JsonConfig.MAPPER.convertValue(
          JsonConfig.parse("provenance", json).json(),
          new TypeReference<LinkedHashMap<String, Object>>() {});
    } catch (ConfigException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  private static String write(ObjectWriter writer, Map<String, Object> entries) {
    try {
      return writer.writeValueAsString(entries);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("provenance: " + e.getOriginalMessage(), e);
    }
  }

  private static Map<String, Object> engine() {
    try (InputStream in = Provenance.class.getResourceAsStream("engine.properties")) {
      var properties = new Properties();
      properties.load(in);
      var engine = new LinkedHashMap<String, Object>();
      engine.put("name", properties.getProperty("name"));
      engine.put("version", properties.getProperty("version"));
      return Collections.unmodifiableMap(engine);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
