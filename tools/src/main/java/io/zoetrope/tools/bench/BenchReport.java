package io.zoetrope.tools.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.descriptive.StatisticalSummary;

/** Writes results as they come: a Markdown table, comma-separated values, or a JSON array. */
public final class BenchReport {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
  private static final double GIB = 1L << 30;
  private static final double MIB = 1L << 20;

  /** How results are written. */
  public enum Format {
    MD,
    CSV,
    JSON;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final String[] COLUMNS = {
    "model",
    "size",
    "params",
    "backend",
    "dtype",
    "test",
    "time",
    "rate",
    "GFLOP/s",
    "scratch",
    "predicted",
    "peak"
  };

  private final Format format;
  private final PrintWriter out;
  private final List<Map<String, Object>> collected = new ArrayList<>();

  public BenchReport(Format format, PrintWriter out) {
    this.format = format;
    this.out = out;
  }

  /**
   * Writes the results of a test, whose runs were made in turn: those of further ones say how many
   * times as fast as the first one they are, by the median of the pairs. JSON waits for {@link
   * #finish}.
   *
   * @return what was written of each, by name
   */
  public List<Map<String, Object>> add(List<BenchResult> results) {
    BenchResult first = results.getFirst();
    return results.stream()
        .map(result ->
            add(
                result,
                result == first
                    ? OptionalDouble.empty()
                    : OptionalDouble.of(result.speedBeside(first).getPercentile(50))))
        .toList();
  }

  private Map<String, Object> add(BenchResult result, OptionalDouble speed) {
    Map<String, Object> json = result.toJson();
    json.put("speed", speed.orElse(1));
    switch (format) {
      case MD -> {
        if (collected.isEmpty()) {
          out.println(row(COLUMNS));
          out.println("|---|--:|--:|---|---|---|--:|--:|--:|--:|--:|--:|");
        }
        out.println(row(cells(result, speed)));
      }
      case CSV -> {
        if (collected.isEmpty()) {
          out.println(String.join(",", json.keySet()));
        }
        out.println(
            json.values().stream().map(BenchReport::csvCell).collect(Collectors.joining(",")));
      }
      case JSON -> {}
    }
    collected.add(json);
    out.flush();
    return json;
  }

  /** Writes what could not be written before all results were known. */
  public void finish() {
    if (format == Format.JSON) {
      try {
        out.println(JSON.writeValueAsString(collected));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("results that are no JSON", e);
      }
    }
  }

  private static String row(String... cells) {
    return "| " + String.join(" | ", cells) + " |";
  }

  private static String[] cells(BenchResult result, OptionalDouble speed) {
    String tokens =
        switch (result.test().part()) {
          case BLOCK, FORWARD -> " (%d tokens)".formatted(result.tokens());
          case VAE_DECODE, CLIP -> "";
        };
    String form = result.form().equals(BenchModel.PACKED) ? "" : " " + result.form();
    return new String[] {
      result.model(),
      bytes(result.weights().bytes()),
      parameters(result.weights().parameters()),
      result.backend(),
      result.dtype() + form,
      result.test().toString().replace(':', ' ') + tokens,
      spread(result.milliseconds(), " ms"),
      spread(result.rate(), " " + result.unit() + "/s")
          + (speed.isPresent() ? ", %.3f times".formatted(speed.getAsDouble()) : ""),
      significant(result.gigaflops().getMean()),
      bytes(result.scratchBytes()),
      bytes(result.predictedMemory()),
      result.peakMemory().isPresent() ? bytes(result.peakMemory().getAsLong()) : "-"
    };
  }

  private static String spread(StatisticalSummary statistics, String unit) {
    return "%s ± %s%s"
        .formatted(
            significant(statistics.getMean()),
            significant(statistics.getStandardDeviation()),
            unit);
  }

  /** About three digits, without an exponent. */
  private static String significant(double value) {
    double size = Math.abs(value);
    if (size >= 100 || size == 0) {
      return "%.0f".formatted(value);
    }
    return size >= 10
        ? "%.1f".formatted(value)
        : size >= 0.1 ? "%.2f".formatted(value) : "%.4f".formatted(value);
  }

  private static String bytes(long bytes) {
    return bytes >= GIB ? "%.2f GiB".formatted(bytes / GIB) : "%.1f MiB".formatted(bytes / MIB);
  }

  private static String parameters(long count) {
    return count >= 1_000_000_000
        ? "%.2f B".formatted(count / 1e9)
        : "%.2f M".formatted(count / 1e6);
  }

  private static String csvCell(Object value) {
    String text = value.toString();
    return text.matches(".*[,\"\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }
}
