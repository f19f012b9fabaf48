package io.zoetrope.bench;

import io.zoetrope.tools.bench.Machine;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.commons.math3.stat.StatUtils;

/**
 * Seconds of both sides, pair by pair: what else the machine does disturbs both halves of a pair
 * about alike.
 */
final class Pairs {
  private final String name;
  private final List<Double> ours = new ArrayList<>();
  private final List<Double> theirs = new ArrayList<>();
  private final List<Double> loads = new ArrayList<>();
  private OptionalLong ourMemory = OptionalLong.empty();
  private OptionalLong theirMemory = OptionalLong.empty();

  Pairs(String name) {
    this.name = name;
  }

  /**
   * Runs both in turn.
   *
   * @param pairs how many
   * @param budgetSeconds no further pair begins that would probably end later; the first one always
   *     does
   */
  void run(Contestant a, Contestant b, int pairs, double budgetSeconds, PrintWriter out) {
    a.warmUp();
    b.warmUp();
    long start = System.nanoTime();
    double elapsed = 0;
    while (ours.size() < pairs
        && (ours.isEmpty() || elapsed * (ours.size() + 1) / ours.size() <= budgetSeconds)) {
      add(a.run(), b.run(), Machine.loadAverage().stream().findFirst().orElse(Double.NaN));
      elapsed = (System.nanoTime() - start) / 1e9;
      int last = ours.size() - 1;
      out.printf(
          "%-28s pair %d: %8.3f s %8.3f s, ratio %5.2f, load average %.2f%n",
          name,
          last + 1,
          ours.get(last),
          theirs.get(last),
          theirs.get(last) / ours.get(last),
          loads.get(last));
      out.flush();
    }
    ourMemory = a.peakMemory();
    theirMemory = b.peakMemory();
  }

  /** Adds one pair. */
  void add(double ourSeconds, double theirSeconds, double load) {
    ours.add(ourSeconds);
    theirs.add(theirSeconds);
    loads.add(load);
  }

  /** Median of the pairs' ratios: how many times as long the reference takes. */
  double ratio() {
    double[] ratios = new double[ours.size()];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = theirs.get(i) / ours.get(i);
    }
    return StatUtils.percentile(ratios, 50);
  }

  static String header() {
    return """
    | job | pairs | zoetrope | diffusers | ratio | peak memory | load average |
    |---|--:|--:|--:|--:|--:|--:|\
    """;
  }

  /** A row of the table: medians. */
  String row() {
    return "| %s | %d | %.3f s | %.3f s | %.2f | %s, %s | %.1f |"
        .formatted(
            name,
            ours.size(),
            median(ours),
            median(theirs),
            ratio(),
            mebibytes(ourMemory),
            mebibytes(theirMemory),
            median(loads));
  }

  private static String mebibytes(OptionalLong bytes) {
    return bytes.isPresent() ? "%d MiB".formatted(bytes.getAsLong() >> 20) : "-";
  }

  private static double median(List<Double> values) {
    return StatUtils.percentile(values.stream().mapToDouble(value -> value).toArray(), 50);
  }

  /** Everything, by name, for JSON. */
  Map<String, Object> toJson() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("job", name);
    json.put("zoetrope_s", ours);
    json.put("diffusers_s", theirs);
    json.put("zoetrope_median_s", median(ours));
    json.put("diffusers_median_s", median(theirs));
    json.put("ratio", ratio());
    json.put("load_averages", loads);
    ourMemory.ifPresent(bytes -> json.put("zoetrope_peak_memory_bytes", bytes));
    theirMemory.ifPresent(bytes -> json.put("diffusers_peak_memory_bytes", bytes));
    return json;
  }
}
