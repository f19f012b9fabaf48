package io.zoetrope.tools.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Cells under headings, for people to read; the columns of numbers are aligned to the right. */
public final class Table {
  private static final String GAP = "  ";

  private final boolean[] numbers;
  private final List<List<String>> rows = new ArrayList<>();

  /**
   * A table with headings alone.
   *
   * @param headings those of columns of numbers begin with {@code #}, which is not shown
   */
  public Table(String... headings) {
    numbers = new boolean[headings.length];
    for (int i = 0; i < headings.length; i++) {
      numbers[i] = headings[i].startsWith("#");
    }
    add(Stream.of(headings).map(heading -> heading.replaceFirst("^#", "")).toArray(String[]::new));
  }

  /** Adds a row with a cell for every heading. */
  public void add(String... cells) {
    if (cells.length != numbers.length) {
      throw new IllegalArgumentException(
          "%d cells under %d headings".formatted(cells.length, numbers.length));
    }
    rows.add(List.of(cells));
  }

  /** Columns padded with spaces, a rule below the headings. */
  public String text() {
    int[] widths = widths();
    int width = IntStream.of(widths).sum() + GAP.length() * (widths.length - 1);
    return lines("", GAP, "", "-".repeat(width));
  }

  /** A table of GitHub's Markdown. */
  public String markdown() {
    int[] widths = widths();
    String rule =
        IntStream.range(0, widths.length)
            .mapToObj(i -> "-".repeat(widths[i] - 1) + (numbers[i] ? ":" : "-"))
            .collect(Collectors.joining(" | ", "| ", " |"));
    return lines("| ", " | ", " |", rule);
  }

  private String lines(String before, String between, String behind, String rule) {
    int[] widths = widths();
    StringBuilder out = new StringBuilder();
    for (List<String> cells : rows) {
      String line =
          IntStream.range(0, widths.length)
              .mapToObj(i -> padded(cells.get(i), widths[i], numbers[i]))
              .collect(Collectors.joining(between, before, behind));
      out.append(line.stripTrailing()).append('\n');
      if (cells == rows.getFirst()) {
        out.append(rule).append('\n');
      }
    }
    return out.toString();
  }

  private int[] widths() {
    return IntStream.range(0, numbers.length)
        .map(i -> rows.stream().mapToInt(row -> row.get(i).length()).max().orElseThrow())
        .toArray();
  }

  private static String padded(String cell, int width, boolean right) {
    String spaces = " ".repeat(width - cell.length());
    return right ? spaces + cell : cell + spaces;
  }
}
