package io.zoetrope.tools.selftest;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Optional;

/** Prints results as they come, as a table to paste into a report. */
public final class SelfTestTable {
  private static final String ROW = "%-34s %-5s %8s %8s %10s %14s %7s%s%n";

  private final PrintWriter out;
  private int wrong;

  /** Prints the first line of a table. */
  public SelfTestTable(PrintWriter out) {
    this.out = out;
    out.printf(ROW, "operation", "dtype", "error", "allowed", "time ms", "speed", "of max", "");
  }

  /** Prints a result. */
  public void add(SelfTestResult result) {
    Optional<SelfTestResult.Speed> speed = result.speed();
    out.printf(
        ROW,
        result.operation(),
        result.dtype().name().toLowerCase(Locale.ROOT),
        "%.1e".formatted(result.error()),
        "%.1e".formatted(result.allowed()),
        speed.map(value -> "%.3f".formatted(1e3 * value.seconds())).orElse("-"),
        speed.map(SelfTestResult.Speed::toString).orElse("-"),
        speed
            .filter(value -> value.share() > 0)
            .map(value -> "%.0f %%".formatted(100 * value.share()))
            .orElse("-"),
        result.passed() ? "" : "  WRONG");
    out.flush();
    wrong += result.passed() ? 0 : 1;
  }

  /** Prints the last line; returns whether every result is right. */
  public boolean end() {
    out.println(
        wrong == 0
            ? "every result is right"
            : "%d results are wrong: please report this table".formatted(wrong));
    return wrong == 0;
  }
}
