package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.Progress;
import java.io.PrintWriter;

/**
 * Shows progress to people: on a terminal one line that is redrawn, elsewhere a plain line now and
 * then. Own code instead of a library, because terminal libraries would take a large part of a
 * short job's start-up time.
 */
final class ProgressPrinter implements Progress {
  private static final int BAR = 20;
  private static final long PLAIN_INTERVAL_NANOS = 10_000_000_000L;
  private static final String ERASE_LINE = "\r\033[K";

  private final PrintWriter out;
  private final boolean terminal;
  private int steps;
  private long started;
  private long printed;

  /**
   * @param terminal whether {@code out} is a terminal, where a line can be redrawn
   */
  ProgressPrinter(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void begin(Stage stage, int count) {
    steps = count;
    started = System.nanoTime();
    printed = started;
    if (terminal) {
      draw(stage, 0);
    }
  }

  @Override
  public void step(Stage stage, int done) {
    long now = System.nanoTime();
    if (terminal) {
      draw(stage, done);
    } else if (now - printed >= PLAIN_INTERVAL_NANOS && done < steps) {
      printed = now;
      out.println(line(stage, done));
      out.flush();
    }
  }

  @Override
  public void end(Stage stage, Report report) {
    out.printf(
        "%s%-14s %s%n", terminal ? ERASE_LINE : "", stage.title(), duration(report.nanos() / 1e9));
    out.flush();
  }

  /** Removes a half-drawn line. */
  void abandon() {
    if (terminal) {
      out.print(ERASE_LINE);
      out.flush();
    }
  }

  private void draw(Stage stage, int done) {
    out.print(ERASE_LINE + line(stage, done));
    out.flush();
  }

  private String line(Stage stage, int done) {
    int filled = BAR * done / Math.max(1, steps);
    String head = filled == 0 ? "" : "=".repeat(filled - 1) + ">";
    StringBuilder line = new StringBuilder();
    line.append("%-14s |%-20s| %d/%d".formatted(stage.title(), head, done, steps));
    if (done > 0) {
      double perStep = (System.nanoTime() - started) / 1e9 / done;
      line.append(" - %s/it".formatted(duration(perStep)));
      line.append(" - %s left".formatted(duration(perStep * (steps - done))));
    }
    return line.toString();
  }

  private static String duration(double seconds) {
    if (seconds < 100) {
      return "%.2fs".formatted(seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? "%dm%02ds".formatted(whole / 60, whole % 60)
        : "%dh%02dm".formatted(whole / 3600, whole / 60 % 60);
  }
}
