package io.zoetrope.tools.cli;

import io.zoetrope.pipeline.convert.Conversion;
import java.io.PrintWriter;
import java.util.function.LongSupplier;

/**
 * Shows how far a conversion is, as {@link ProgressPrinter} shows jobs: on a terminal one line that
 * is redrawn, elsewhere a plain line now and then.
 */
final class ConversionPrinter implements Conversion.Progress, AutoCloseable {
  /** A terminal's line is redrawn no more often. */
  private static final double REDRAWN_SECONDS = 0.1;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier clock;
  private Conversion.Phase phase;
  private long began;
  private long printed;

  /**
   * A printer.
   *
   * @param terminal whether {@code out} is a terminal, where a line can be redrawn
   */
  ConversionPrinter(PrintWriter out, boolean terminal) {
    this(out, terminal, System::nanoTime);
  }

  /** For tests, which have a clock of their own, in nanoseconds. */
  ConversionPrinter(PrintWriter out, boolean terminal, LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
  }

  @Override
  public void at(Conversion.Phase current, long bytes, long all) {
    long now = clock.getAsLong();
    if (current != phase) {
      phase = current;
      began = now;
      printed = now;
    }
    if (bytes == all) {
      erase();
      out.println(
          "%-10s %s - %s"
              .formatted(phase.title(), Sizes.text(all), Durations.text(seconds(began, now))));
    } else if (terminal && seconds(printed, now) >= REDRAWN_SECONDS) {
      printed = now;
      out.print(ProgressPrinter.redrawn(line(bytes, all, now)));
    } else if (!terminal && ProgressPrinter.isDue(seconds(printed, now), seconds(began, now))) {
      printed = now;
      out.println(line(bytes, all, now));
    }
    out.flush();
  }

  private String line(long bytes, long all, long now) {
    double rate = bytes / Math.max(1e-9, seconds(began, now));
    return "%-10s %s of %s - %s left - %s/s %s"
        .formatted(
            phase.title(),
            Sizes.text(bytes),
            Sizes.text(all),
            Durations.text((all - bytes) / Math.max(1, rate)),
            Sizes.text(rate),
            ProgressPrinter.bar((double) bytes / all));
  }

  private void erase() {
    if (terminal) {
      out.print(ProgressPrinter.ERASE_LINE);
    }
  }

  /** Removes a half-drawn line. */
  @Override
  public void close() {
    erase();
    out.flush();
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
