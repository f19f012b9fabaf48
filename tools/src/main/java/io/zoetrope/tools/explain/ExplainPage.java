package io.zoetrope.tools.explain;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.pipeline.explain.Explanation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a model did in a job as one page, which needs nothing else: style, script, pictures, clip
 * and numbers are in it, and its policy forbids the browser to ask for more. The same explanation
 * is the same page, byte for byte.
 */
public final class ExplainPage {
  /** The parts of the script, in the order in which they use each other. */
  private static final List<String> SCRIPT =
      List.of("base.js", "maps.js", "heads.js", "attention.js", "figures.js", "page.js");

  private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

  private ExplainPage() {}

  /** The page as HTML. */
  public static String of(ExplainedJob job, Explanation explanation) {
    StringBuilder script = new StringBuilder("(() => {\n'use strict';\n");
    SCRIPT.forEach(name -> script.append(resource(name)));
    script.append("})();\n");
    String style = resource("explain.css");
    Map<String, String> places =
        Map.of(
            "title", escaped(job.settings().getOrDefault("prompt", "") + " – Zoetrope"),
            "policy", policy(style, script.toString()),
            "style", style,
            "script", script.toString(),
            "data", data(job, explanation));
    return PLACE
        .matcher(resource("explain.html"))
        .replaceAll(place -> Matcher.quoteReplacement(places.get(place.group(1))));
  }

  /** Nothing but this style, this script, and what lies in the page itself. */
  private static String policy(String style, String script) {
    return "default-src 'none'; img-src data:; media-src data:; style-src 'sha256-%s'; script-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
        .formatted(hash(style), hash(script));
  }

  private static String hash(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** JSON in which no text of a prompt can end the element that it stands in. */
  private static String data(ExplainedJob job, Explanation explanation) {
    try {
      return JsonConfig.MAPPER
          .writeValueAsString(new PageData(job, explanation).json())
          .replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a page without data", e);
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }

  private static String resource(String name) {
    try (InputStream in = ExplainPage.class.getResourceAsStream(name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
