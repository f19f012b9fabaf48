package io.zoetrope.tools.cli;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.server.api.Json;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/** Requests that differ in their prompts, settings and seeds: each with each. */
final class SweepGrid {
  private static final int MOST = 10_000;
  private static final String EXTRA = "extra_params";

  /**
   * A setting that takes several values.
   *
   * @param name field of a request, or {@code extra_params.} and the name of a field of that
   * @param values as JSON
   */
  record Axis(String name, List<JsonNode> values) {}

  private SweepGrid() {}

  /**
   * Reads NAME=VALUE,VALUE.
   *
   * @throws PipelineException if it is none
   */
  static Axis axis(String text) {
    int equals = text.indexOf('=');
    if (equals < 1 || equals == text.length() - 1) {
      throw new PipelineException(
          "--set %s is not NAME=VALUE,VALUE, such as guidance_scale=3,5".formatted(text));
    }
    List<JsonNode> values = new ArrayList<>();
    for (String value : text.substring(equals + 1).split(",", -1)) {
      values.add(value(value.strip()));
    }
    return new Axis(text.substring(0, equals), values);
  }

  /** Numbers and truth values are those of JSON; everything else is text. */
  private static JsonNode value(String text) {
    try {
      JsonNode node = JsonConfig.MAPPER.readTree(text);
      if (node != null && (node.isNumber() || node.isBoolean())) {
        return node;
      }
    } catch (JacksonException _) {
      // Text.
    }
    return TextNode.valueOf(text);
  }

  /**
   * Reads seeds: numbers, and ranges such as 1-4, with commas between.
   *
   * @throws PipelineException if they are none
   */
  static List<Long> seeds(String text) {
    List<Long> seeds = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] ends = part.strip().split("-", 2);
      try {
        long first = Long.parseUnsignedLong(ends[0]);
        long last = ends.length == 1 ? first : Long.parseUnsignedLong(ends[1]);
        if (Long.compareUnsigned(last - first, MOST) >= 0) {
          throw new NumberFormatException();
        }
        for (long seed = first; seed != last + 1; seed++) {
          seeds.add(seed);
        }
      } catch (NumberFormatException e) {
        throw new PipelineException(
            "--seeds %s: seeds are numbers or ranges with commas between, such as 1-4,42"
                .formatted(text),
            e);
      }
    }
    return seeds;
  }

  /**
   * All combinations, seeds last.
   *
   * @return a line of JSON for each
   * @throws PipelineException if there are too many
   */
  static String lines(List<String> prompts, List<Axis> axes, List<Long> seeds) {
    long count = (long) prompts.size() * seeds.size();
    for (Axis axis : axes) {
      count = Math.min(count * axis.values().size(), Integer.MAX_VALUE);
    }
    if (count > MOST) {
      throw new PipelineException(
          "a sweep of %d clips: at most %d at a time".formatted(count, MOST));
    }
    List<ObjectNode> requests =
        new ArrayList<>(prompts.stream().map(text -> Json.object().put("prompt", text)).toList());
    for (Axis axis : axes) {
      List<ObjectNode> more = new ArrayList<>();
      for (ObjectNode request : requests) {
        axis.values().forEach(value -> more.add(with(request, axis.name(), value)));
      }
      requests = more;
    }
    StringBuilder lines = new StringBuilder();
    for (ObjectNode request : requests) {
      for (long seed : seeds) {
        ObjectNode line = request.deepCopy();
        line.set("seed", Json.of(new BigInteger(Long.toUnsignedString(seed))));
        lines.append(Json.text(line)).append('\n');
      }
    }
    return lines.toString();
  }

  private static ObjectNode with(ObjectNode request, String name, JsonNode value) {
    ObjectNode copy = request.deepCopy();
    if (name.startsWith(EXTRA + ".")) {
      copy.withObjectProperty(EXTRA).set(name.substring(EXTRA.length() + 1), value);
    } else {
      copy.set(name, value);
    }
    return copy;
  }
}
