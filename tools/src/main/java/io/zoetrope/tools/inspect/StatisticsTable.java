package io.zoetrope.tools.inspect;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.weights.WeightSource;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** Writes the numbers of all weights of a component, each when it has been read. */
public final class StatisticsTable {
  private static final String ROW = "  %-60s %-10s %12s %12s %12s %12s %9s %s";

  private final PrintWriter out;

  /** A table. */
  public StatisticsTable(PrintWriter out) {
    this.out = out;
  }

  /** Writes a component. */
  public void print(String title, WeightSource source) {
    out.println(title);
    out.println(
        ROW.formatted("tensor", "dtype", "least", "most", "mean", "deviation", "outliers", "")
            .stripTrailing());
    long unusual = 0;
    for (String name : source.names()) {
      StoredTensor tensor = source.tensor(name);
      Optional<WeightStatistics> found = WeightStatistics.of(tensor);
      out.println(row(name, tensor, found).stripTrailing());
      out.flush();
      unusual += found.map(numbers -> numbers.nans() + numbers.infinities()).orElse(0L);
    }
    out.printf(
        "  %s%n%n",
        unusual == 0
            ? "all numbers are finite"
            : "%,d numbers are not finite: this model cannot work".formatted(unusual));
  }

  private static String row(String name, StoredTensor tensor, Optional<WeightStatistics> found) {
    String dtype = tensor.encoding().name();
    if (found.isEmpty()) {
      return ROW.formatted(name, dtype, "", "", "", "", "", "codes, not numbers");
    }
    WeightStatistics numbers = found.get();
    return ROW.formatted(
        name,
        dtype,
        number(numbers.least()),
        number(numbers.most()),
        number(numbers.mean()),
        number(numbers.deviation()),
        "%,d".formatted(numbers.outliers()),
        unusual(numbers));
  }

  private static String unusual(WeightStatistics numbers) {
    return (numbers.nans() > 0 ? " %,d NaN".formatted(numbers.nans()) : "")
        + (numbers.infinities() > 0 ? " %,d infinite".formatted(numbers.infinities()) : "");
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
