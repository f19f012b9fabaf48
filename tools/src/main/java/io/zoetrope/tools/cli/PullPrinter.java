package io.zoetrope.tools.cli;

import io.zoetrope.files.Printable;
import io.zoetrope.hub.PullListener;
import java.io.PrintWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;

/**
 * Shows how far a pull is, as {@link ProgressPrinter} shows jobs: on a terminal one line that is
 * redrawn, elsewhere a plain line now and then.
 */
final class PullPrinter implements PullListener, AutoCloseable {
  private static final long TICK_MILLIS = 250;

  /** Rates are those of the last so many seconds: networks change their mind. */
  private static final double WINDOW_SECONDS = 15;

  private final PrintWriter out;
  private final boolean terminal;
  private final LongSupplier clock;
  private final long began;
  private final Deque<long[]> samples = new ArrayDeque<>();
  private final Thread ticker = Thread.ofVirtual().unstarted(this::tickOn);
  private long printed;
  private long total;
  private long done;
  private long received;
  private String activity = "";
  private boolean isDrawn;

  /**
   * A printer for a pull, which begins now.
   *
   * @param terminal whether {@code out} is a terminal, where a line can be redrawn
   */
  PullPrinter(PrintWriter out, boolean terminal) {
    this(out, terminal, System::nanoTime);
    ticker.start();
  }

  /** For tests, which have a clock of their own, in nanoseconds, and tick by hand. */
  PullPrinter(PrintWriter out, boolean terminal, LongSupplier clock) {
    this.out = out;
    this.terminal = terminal;
    this.clock = clock;
    began = clock.getAsLong();
    printed = began;
  }

  @Override
  public synchronized void begin(long bytes, long there) {
    total = bytes;
    done = there;
    samples.clear();
  }

  @Override
  public synchronized void received(long bytes) {
    done += bytes;
    received += Math.max(0, bytes);
  }

  @Override
  public synchronized void now(String what) {
    activity = what;
  }

  @Override
  public synchronized void note(String line) {
    erase();
    out.println(Printable.line(line));
    out.flush();
  }

  private void tickOn() {
    try {
      while (true) {
        Thread.sleep(TICK_MILLIS);
        tick();
      }
    } catch (InterruptedException _) {
      // The pull is over.
    }
  }

  /** Shows what is new. */
  synchronized void tick() {
    long now = clock.getAsLong();
    samples.addLast(new long[] {now, received});
    while (seconds(samples.getFirst()[0], now) > WINDOW_SECONDS) {
      samples.removeFirst();
    }
    if (total == 0) {
      return;
    }
    if (terminal) {
      out.print(ProgressPrinter.redrawn(line(now)));
      isDrawn = true;
      out.flush();
    } else if (ProgressPrinter.isDue(seconds(printed, now), seconds(began, now))) {
      printed = now;
      out.println(line(now));
      out.flush();
    }
  }

  private String line(long now) {
    StringBuilder line = new StringBuilder();
    line.append("%s of %s".formatted(Sizes.text(done), Sizes.text(total)));
    long[] first = samples.getFirst();
    double rate = (received - first[1]) / Math.max(1e-9, seconds(first[0], now));
    if (rate > 0) {
      line.append(
          " - %s left - %s/s".formatted(Durations.text((total - done) / rate), Sizes.text(rate)));
    }
    line.append(" - %s gone".formatted(Durations.text(seconds(began, now))));
    line.append(" %s".formatted(ProgressPrinter.bar((double) done / total)));
    return line.append(" " + Printable.value(activity)).toString();
  }

  /** What came, and how fast. */
  synchronized String summary() {
    double gone = seconds(began, clock.getAsLong());
    return "%s in %s".formatted(Sizes.text(received), Durations.text(gone));
  }

  private void erase() {
    if (isDrawn) {
      out.print(ProgressPrinter.ERASE_LINE);
      isDrawn = false;
    }
  }

  /** Removes a half-drawn line. */
  @Override
  public void close() {
    ticker.interrupt();
    synchronized (this) {
      erase();
      out.flush();
    }
  }

  private static double seconds(long from, long to) {
    return (to - from) / 1e9;
  }
}
