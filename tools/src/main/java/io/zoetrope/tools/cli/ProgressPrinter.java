package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.Progress;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Shows progress to people: on a terminal one line that is redrawn, elsewhere a plain line now and
 * then, the more seldom the longer the job takes. Own code instead of a library, because terminal
 * libraries would take a large part of a short job's start-up time.
 */
final class ProgressPrinter implements Progress {
  private static final int BAR = 20;
  private static final double PLAIN_SECONDS = 10;

  /** Plain lines are so much of the time so far apart: some dozens for a job of any length. */
  private static final double PLAIN_SHARE = 0.05;

  /** Below this share of a stage a rate is a guess. */
  private static final double LEAST_SHARE = 0.01;

  static final String ERASE_LINE = "\r\033[K";

  /**
   * A line that is wider than the terminal ends at its edge, and does not wrap into a second one.
   */
  private static final String NO_WRAP = "\033[?7l";

  private static final String WRAP = "\033[?7h";

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier clock;
  private final Map<Stage, Double> expected;
  private final String label;
  private final long began;
  private int steps;
  private int reused;
  private long started;
  private long printed;

  /** Seconds that the stages took which are over, and what was expected of these. */
  private double measuredSeconds;

  private double expectedSeconds;

  /**
   * A printer for one job, which begins now.
   *
   * @param terminal whether {@code out} is a terminal, where a line can be redrawn
   * @param expected seconds that each stage is expected to take; empty if that is not known
   * @param label what stands before each line; may be empty
   */
  ProgressPrinter(PrintWriter out, boolean terminal, Map<Stage, Double> expected, String label) {
    this(out, terminal, expected, label, System::nanoTime);
  }

  /** For tests, which have a clock of their own, in nanoseconds. */
  ProgressPrinter(
      PrintWriter out,
      boolean terminal,
      Map<Stage, Double> expected,
      String label,
      LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.expected = expected;
    this.label = label.isEmpty() ? "" : label + ": ";
    this.clock = clock;
    this.began = clock.getAsLong();
  }

  @Override
  public void begin(Stage stage, int count) {
    steps = count;
    reused = 0;
    started = clock.getAsLong();
    printed = started;
    if (terminal) {
      draw(stage, 0, 0);
    }
  }

  @Override
  public void step(Stage stage, int done) {
    if (done < steps || terminal) {
      show(stage, done, 0);
    }
  }

  @Override
  public void reused(Stage stage, int predictions) {
    reused = predictions;
  }

  @Override
  public void within(Stage stage, int done, double share) {
    show(stage, done, share);
  }

  private void show(Stage stage, int done, double share) {
    long now = clock.getAsLong();
    if (terminal) {
      draw(stage, done, share);
    } else if (isDue(seconds(printed, now), seconds(began, now))) {
      printed = now;
      out.println(line(stage, done, share));
      out.flush();
    }
  }

  @Override
  public void end(Stage stage, Report report) {
    double taken = report.nanos() / 1e9;
    measuredSeconds += taken;
    expectedSeconds += expected.getOrDefault(stage, 0.0);
    out.printf(
        "%s%s%-14s %s%s%n",
        terminal ? ERASE_LINE : "",
        label,
        stage.title(),
        Durations.text(taken),
        reused == 0 ? "" : ", %d predictions reused".formatted(reused));
    out.flush();
  }

  /** How long the job has taken so far, for people. */
  String total() {
    return Durations.text(seconds(began, clock.getAsLong()));
  }

  /** Removes a half-drawn line. */
  void abandon() {
    if (terminal) {
      out.print(ERASE_LINE);
      out.flush();
    }
  }

  private void draw(Stage stage, int done, double share) {
    out.print(redrawn(line(stage, done, share)));
    out.flush();
  }

  /** What replaces the line of a terminal by another one. */
  static String redrawn(String line) {
    return ERASE_LINE + NO_WRAP + line + WRAP;
  }

  /**
   * Whether it is time for a plain line.
   *
   * @param sinceLine seconds since the last one
   * @param sinceStart seconds since the job began
   */
  static boolean isDue(double sinceLine, double sinceStart) {
    return sinceLine >= Math.max(PLAIN_SECONDS, PLAIN_SHARE * sinceStart);
  }

  /** A bar that is filled up to a share. */
  static String bar(double share) {
    int filled = (int) (BAR * Math.clamp(share, 0, 1));
    String head = filled == 0 ? "" : "=".repeat(filled - 1) + ">";
    return "|%-20s|".formatted(head);
  }

  /** What matters most comes first, for terminals that cut the rest. */
  private String line(Stage stage, int done, double share) {
    StringBuilder line = new StringBuilder();
    line.append("%s%-14s %d/%d".formatted(label, stage.title(), done, steps));
    if (share > 0) {
      line.append(" + %2.0f%%".formatted(100 * share));
    }
    if (reused > 0) {
      line.append(", %d predictions reused".formatted(reused));
    }
    double whole = Math.min(1, (done + share) / Math.max(1, steps));
    if (whole > LEAST_SHARE) {
      double gone = seconds(started, clock.getAsLong());
      double left = gone / whole - gone;
      line.append(" - %s left".formatted(Durations.text(left)));
      double after = afterwards(stage, gone + left);
      if (after > 0) {
        line.append(", %s of the job".formatted(Durations.text(left + after)));
      }
      line.append(" - %s/it".formatted(Durations.text(gone / (done + share))));
    }
    line.append(" - %s gone".formatted(Durations.text(seconds(began, clock.getAsLong()))));
    return line.append(" " + bar(whole)).toString();
  }

  /**
   * Seconds that the stages behind this one will take: what was expected, as much wrong as it was
   * so far.
   *
   * @param stageSeconds what this stage takes, by its rate
   */
  private double afterwards(Stage stage, double stageSeconds) {
    double later = 0;
    for (Map.Entry<Stage, Double> entry : expected.entrySet()) {
      if (entry.getKey().compareTo(stage) > 0) {
        later += entry.getValue();
      }
    }
    double soFar = expectedSeconds + expected.getOrDefault(stage, 0.0);
    return soFar > 0 ? later * (measuredSeconds + stageSeconds) / soFar : later;
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
