package io.zoetrope.tools.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.server.api.Json;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a clip is called: words of its prompt, and a hash of request, model and number formats. The
 * name says whether the clip of a line is there already, wherever the line stands.
 */
final class OutputName {
  private static final int LONGEST = 40;

  /** A million clips of one prompt have names of their own. */
  private static final int HASH_BYTES = 8;

  private OutputName() {}

  static String of(String prompt, String request, String model) {
    String words =
        prompt.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}]+", "-").replaceAll("^-|-$", "");
    int[] characters = words.codePoints().limit(LONGEST).toArray();
    String start = new String(characters, 0, characters.length).replaceAll("-$", "");
    return (start.isEmpty() ? "clip" : start) + "-" + hash(request, model);
  }

  private static String hash(String request, String model) {
    String text = sorted(Json.trusted(request)) + "\n" + model;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** The order of fields means nothing. */
  private static JsonNode sorted(JsonNode node) {
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    Map<String, JsonNode> fields = new TreeMap<>();
    object.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
    ObjectNode result = Json.object();
    fields.forEach(result::set);
    return result;
  }
}
