package io.zoetrope.tools.parity;

import io.zoetrope.tools.compare.ReportPage;
import io.zoetrope.tools.parity.ParityResult.Difference;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What came of fixtures as a page that needs nothing else: stages, blocks and steps, all checks.
 */
public final class ParityPage {
  private static final List<String> CHECK =
      List.of("name", "shape", "largest", "relative", "tolerance", "verdict");

  private ParityPage() {}

  /** The page as HTML. */
  public static String of(List<ParityRun> runs) {
    ReportPage page = new ReportPage("Parity with the reference");
    page.paragraph(ParityRun.totals(runs));
    page.paragraph(
        "Differences are from what the reference implementation computed. A tolerance is ten times"
            + " the reference's own rounding error in f32, and twice its own bf16 error in bf16,"
            + " where the relative difference counts.");
    runs.forEach(run -> write(run, page));
    return page.end();
  }

  private static void write(ParityRun run, ReportPage page) {
    page.heading("%s, %s".formatted(run.fixture(), run.dtype().name().toLowerCase(Locale.ROOT)));
    page.table(
        List.of("stage", "passed", "failed", "not run", "largest", "share of the tolerance"),
        ParitySummary.of(run).stream().map(ParityPage::stage).toList());
    ReportPage.Grid grid = new ReportPage.Grid(-3, 0);
    for (ParityResult result : run.results()) {
      result.difference().ifPresent(difference -> grid.add(result.name(), difference.share()));
    }
    page.grid(
        "The largest difference of a tensor in each block (down) of each step (across), as a share"
            + " of its tolerance and as a power of ten: 0 is all of it, more is out.",
        grid);
    run.byStage()
        .forEach((stage, results) -> {
          page.heading(stage.title());
          page.table(CHECK, results.stream().map(ParityPage::check).toList());
        });
  }

  private static ReportPage.Row stage(ParitySummary summary) {
    return new ReportPage.Row(
        summary.failed() > 0,
        List.of(
            summary.stage().title(),
            Integer.toString(summary.passed()),
            Integer.toString(summary.failed()),
            Integer.toString(summary.notRun()),
            number(summary.largest()),
            number(summary.share())));
  }

  private static ReportPage.Row check(ParityResult result) {
    List<String> cells = new ArrayList<>(List.of(result.name(), result.what()));
    cells.add(result.difference().map(Difference::largest).map(ParityPage::number).orElse(""));
    cells.add(result.difference().map(Difference::relative).map(ParityPage::number).orElse(""));
    cells.add(result.difference().map(ParityPage::tolerance).orElse(""));
    cells.add(result.verdict().toString());
    return new ReportPage.Row(result.verdict() != Verdict.PASS, cells);
  }

  private static String tolerance(Difference difference) {
    return (difference.limit().relative() ? "relative " : "") + number(difference.limit().value());
  }

  private static String number(double value) {
    return value == 0
        ? "0"
        : Double.isInfinite(value) ? "infinite" : String.format(Locale.ROOT, "%.1e", value);
  }
}
