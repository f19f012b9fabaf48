package io.zoetrope.tools.compare;

import java.util.ArrayList;
import java.util.List;

/** A comparison as a page that needs nothing else: a grid of blocks and steps, and all tensors. */
public final class ComparisonPage {
  private ComparisonPage() {}

  /** The page as HTML. */
  public static String of(Comparison comparison) {
    ReportPage page = new ReportPage("Two runs compared");
    page.paragraph("%s and %s".formatted(comparison.first(), comparison.second()));
    page.paragraph(ComparisonText.verdict(comparison));
    ReportPage.Grid grid = new ReportPage.Grid(-8, 0);
    List<ReportPage.Row> rows = new ArrayList<>();
    for (TensorDifference tensor : comparison.tensors()) {
      ComparisonText.pictures(tensor).ifPresent(page::paragraph);
      grid.add(tensor.name(), tensor.relative());
      rows.add(
          new ReportPage.Row(
              !tensor.isWithin(comparison.tolerance()),
              List.of(
                  tensor.name(),
                  tensor.shape().equals(tensor.other())
                      ? tensor.shape().toString()
                      : "%s, %s".formatted(tensor.shape(), tensor.other()),
                  ComparisonText.number(tensor.largest()),
                  ComparisonText.number(tensor.relative()),
                  ComparisonText.cosine(tensor.cosine()))));
    }
    page.grid(
        "The largest relative difference of a tensor in each block (down) of each step (across), as"
            + " a power of ten: a run that parts in one place is dark from there on.",
        grid);
    page.heading("Tensors, in the order of the job");
    page.table(List.of("name", "shape", "largest", "relative", "cosine"), rows);
    return page.end();
  }
}
