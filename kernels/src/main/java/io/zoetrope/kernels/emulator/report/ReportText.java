package io.zoetrope.kernels.emulator.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** A launch report as text, for people. */
final class ReportText {
  private static final int LINES = 5;

  private final LaunchReport report;
  private final StringBuilder text = new StringBuilder();

  ReportText(LaunchReport report) {
    this.report = report;
  }

  /** Returns all counts, and the instructions that waste the most transactions. */
  String write() {
    line(
        "kernel %s, %s blocks of %s threads, %,d + %,d bytes of shared memory",
        report.kernel(),
        report.grid().blocks(),
        report.grid().threads(),
        report.staticSharedBytes(),
        report.dynamicSharedBytes());
    line(
        "instructions: %,d by warps, %,d by threads (%.1f %% of lanes active), %,d divergent branches",
        report.warpInstructions(),
        report.threadInstructions(),
        100 * report.activeLanes(),
        report.divergentBranches());
    for (InstructionClass kind : InstructionClass.values()) {
      if (report.warpInstructions(kind) > 0) {
        line("  %-13s %,15d", kind, report.warpInstructions(kind));
      }
    }
    line("operations: %,d on tensor cores, %,d elsewhere", report.tensorFlops(), report.flops());
    line(
        "global memory: %,d bytes in %,d sectors of 32 (%.0f %% used)",
        report.globalBytes(), report.globalSectors(), 100 * report.globalEfficiency());
    line(
        "shared memory: %,d bytes, %,d wavefronts too many (bank conflicts)",
        report.sharedBytes(), report.bankConflicts());
    worstLines();
    return text.toString();
  }

  private void worstLines() {
    List<LineProfile> worst =
        report.lines().stream()
            .filter(line -> excess(line) > 0)
            .sorted(Comparator.comparingLong(ReportText::excess).reversed())
            .limit(LINES)
            .toList();
    for (LineProfile line : worst) {
      line(
          "  PTX line %d: %,d of %,d transactions too many: %s",
          line.line(), excess(line), line.transactions(), line.text());
    }
  }

  private static long excess(LineProfile line) {
    return line.transactions() - line.idealTransactions();
  }

  private void line(String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
