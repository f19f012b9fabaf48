package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * For each fixture a Markdown table: a row for each stage, and for each number format the largest
 * difference and how much of its bound is used. {@code docs/agreement.md} holds one.
 */
final class ParityTable implements ParityOutput {
  private final PrintWriter out;

  ParityTable(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void finish(List<ParityRun> runs) {
    Map<String, List<ParityRun>> fixtures = new LinkedHashMap<>();
    runs.forEach(run -> fixtures.computeIfAbsent(run.fixture(), _ -> new ArrayList<>()).add(run));
    fixtures.values().forEach(this::print);
    out.println(ParityRun.totals(runs));
    out.flush();
  }

  private void print(List<ParityRun> runs) {
    List<String> headings = new ArrayList<>();
    headings.add(
        "`%s`, %d results".formatted(runs.getFirst().fixture(), runs.getFirst().results().size()));
    Map<ParityStage, Map<DType, ParitySummary>> stages = new TreeMap<>();
    for (ParityRun run : runs) {
      String kind = run.dtype() == DType.BF16 ? "relative" : "largest";
      headings.add(
          "%s difference, %s".formatted(kind, run.dtype().name().toLowerCase(Locale.ROOT)));
      headings.add("share of the bound");
      for (ParitySummary summary : ParitySummary.of(run)) {
        stages
            .computeIfAbsent(summary.stage(), _ -> new EnumMap<>(DType.class))
            .put(run.dtype(), summary);
      }
    }
    out.println(row(headings));
    out.println("|" + "---|".repeat(headings.size()));
    stages.forEach((stage, summaries) -> {
      List<String> cells = new ArrayList<>(List.of(stage.title()));
      for (ParityRun run : runs) {
        ParitySummary summary = summaries.get(run.dtype());
        cells.add(summary == null ? "" : difference(summary));
        cells.add(summary == null ? "" : share(summary));
      }
      out.println(row(cells));
    });
    out.println();
  }

  private static String difference(ParitySummary summary) {
    if (summary.largest() == 0) {
      return summary.passed() > 0 ? "equal" : "";
    }
    return String.format(Locale.ROOT, "%.1e", summary.largest()).replace("e-0", "e-");
  }

  private static String share(ParitySummary summary) {
    List<String> parts = new ArrayList<>();
    if (summary.largest() > 0) {
      parts.add("%.2f".formatted(summary.share()));
    }
    if (summary.failed() > 0) {
      parts.add("%d out".formatted(summary.failed()));
    }
    if (summary.notRun() > 0) {
      parts.add("%d not run".formatted(summary.notRun()));
    }
    return String.join(", ", parts);
  }

  private static String row(List<String> cells) {
    return "| " + String.join(" | ", cells) + " |";
  }
}
