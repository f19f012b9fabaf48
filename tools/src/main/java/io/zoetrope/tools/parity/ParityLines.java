package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import io.zoetrope.tools.parity.ParityResult.Difference;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/** A line for each result when it is there, and how many there were. */
final class ParityLines implements ParityOutput {
  private static final String LINE = "%-66s %-20s %10s %10s %12s  %s%n";

  private final PrintWriter out;
  private final boolean areSeveral;
  private String title;
  private boolean isEmpty;

  /**
   * Lines of one run or of several.
   *
   * @param areSeveral whether the lines say which run they are of
   */
  ParityLines(PrintWriter out, boolean areSeveral) {
    this.out = out;
    this.areSeveral = areSeveral;
  }

  @Override
  public void begin(String fixture, DType dtype) {
    title = title(fixture, dtype);
    isEmpty = true;
  }

  private static String title(String fixture, DType dtype) {
    return "%s, %s".formatted(fixture, dtype.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public void add(ParityResult result) {
    if (isEmpty) {
      isEmpty = false;
      if (areSeveral) {
        out.println(title);
      }
      out.printf(LINE, "tensor", "shape", "max abs", "rel rms", "tolerance", "verdict");
    }
    if (result.verdict() == Verdict.NOT_RUN) {
      out.printf("%-66s %s  %s%n", result.name(), result.what(), result.verdict());
    } else {
      out.printf(
          LINE,
          result.name(),
          result.what(),
          result.difference().map(difference -> number(difference.largest())).orElse(""),
          result.difference().map(difference -> number(difference.relative())).orElse(""),
          result.difference().map(ParityLines::bound).orElse(""),
          result.verdict());
    }
    out.flush();
  }

  private static String bound(Difference difference) {
    Tolerances.Limit limit = difference.limit();
    return "%s %s".formatted(limit.relative() ? "rel" : "abs", number(limit.value()));
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
  }

  @Override
  public void end(ParityRun run) {
    out.println(ParityRun.totals(List.of(run)));
    if (areSeveral) {
      out.println();
    }
  }

  @Override
  public void finish(List<ParityRun> runs) {
    if (areSeveral) {
      runs.forEach(run ->
          out.printf(
              "%-40s %s%n", title(run.fixture(), run.dtype()), ParityRun.totals(List.of(run))));
      out.println(ParityRun.totals(runs));
    }
    out.flush();
  }
}
