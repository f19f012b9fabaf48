package io.zoetrope.dit.cache;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/**
 * What authors of step caches have published for a model: the resource {@code published.json}, from
 * {@code TeaCache4Wan2.1} of ali-vilab/TeaCache and from Zehong-Ma/MagCache.
 *
 * @param teaCache coefficients of the polynomial, the highest power first; empty if there are none
 * @param retainingTeaCache the same with retention
 * @param magCache empty if there is no table
 */
public record PublishedCaches(
    List<Double> teaCache, List<Double> retainingTeaCache, Optional<MagTable> magCache) {
  /** Nothing is published. */
  public static final PublishedCaches NONE =
      new PublishedCaches(List.of(), List.of(), Optional.empty());

  private static final String RESOURCE = "published.json";

  /**
   * How much what the blocks add shrinks, and what its authors dare.
   *
   * @param limits their settings
   * @param branches for the prompt and the negative prompt, a ratio for each step of a schedule
   * @param firstExpert the first of several transformers that it is for
   */
  public record MagTable(Limits limits, List<List<Double>> branches, int firstExpert) {
    /** The ratios of a branch for a schedule of so many steps, as diffusers interpolates them. */
    float[] ratios(int branch, int steps) {
      List<Double> known = branches.get(branch);
      float[] ratios = new float[steps];
      float scale = (float) ((known.size() - 1.0) / (steps - 1.0));
      for (int i = 0; i < steps; i++) {
        int nearest = steps == 1 ? known.size() - 1 : (int) Math.rint(i * scale);
        ratios[i] = known.get(nearest).floatValue();
      }
      return ratios;
    }
  }

  /**
   * How much a MagCache dares.
   *
   * @param threshold of the error
   * @param maxSkipSteps how many steps are left out in a row at most
   * @param retentionRatio share of the steps, from the first on, that are all computed
   */
  public record Limits(double threshold, int maxSkipSteps, double retentionRatio) {}

  /**
   * What is published for a model.
   *
   * @param model its name in the resource, such as {@code wan2.1-t2v-1.3b}
   */
  public static PublishedCaches of(String model) {
    JsonConfig all = JsonConfig.parse(RESOURCE, text());
    if (!all.has(model)) {
      return NONE;
    }
    JsonConfig entry = JsonConfig.of(model, all.json().get(model));
    return new PublishedCaches(
        numbers(entry.json().path("teacache")),
        numbers(entry.json().path("teacache_ret")),
        magTable(entry));
  }

  private static Optional<MagTable> magTable(JsonConfig entry) {
    if (!entry.has("magcache")) {
      return Optional.empty();
    }
    JsonConfig mag = JsonConfig.of(entry.place(), entry.json().get("magcache"));
    Limits limits =
        new Limits(
            mag.positiveNumber("threshold"),
            mag.positiveInteger("max_skip_steps"),
            mag.positiveNumber("retention_ratio"));
    return Optional.of(
        new MagTable(
            limits, branches(numbers(mag.json().path("ratios"))), mag.integer("expert", 0, 0, 1)));
  }

  /** The ratios of both prompts alternate, and begin with the second step. */
  private static List<List<Double>> branches(List<Double> ratios) {
    List<Double> cond = new ArrayList<>(List.of(1.0));
    List<Double> uncond = new ArrayList<>(List.of(1.0));
    for (int i = 0; i < ratios.size(); i += 2) {
      cond.add(ratios.get(i));
      uncond.add(ratios.get(i + 1));
    }
    return List.of(List.copyOf(cond), List.copyOf(uncond));
  }

  private static List<Double> numbers(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).map(JsonNode::doubleValue).toList();
  }

  private static String text() {
    try (InputStream in = PublishedCaches.class.getResourceAsStream(RESOURCE)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
