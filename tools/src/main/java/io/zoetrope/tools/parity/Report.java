package io.zoetrope.tools.parity;

import io.zoetrope.tensor.Shape;
import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Compares tensors with the reference's, prints a line for each, and counts. */
final class Report {
  private static final String HEADER =
      "%-66s %-20s %10s %10s %12s  %s"
          .formatted("tensor", "shape", "max abs", "rel rms", "tolerance", "verdict");

  private final PrintWriter out;
  private final Set<String> seen = new HashSet<>();
  private int passed;
  private int failed;
  private boolean begun;

  Report(PrintWriter out) {
    this.out = out;
  }

  /** Compares floats element by element. */
  void compare(Fixture fixture, Tolerances tolerances, String name, float[] actual) {
    float[] expected = fixture.floats(name);
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    compare(fixture, name, actual, expected, tolerances.of(name, largest));
  }

  /**
   * Compares the results of a batch's elements: one after the other in the fixture, or there once
   * where they do not depend on the element.
   */
  void compareBatch(Fixture fixture, Tolerances tolerances, String name, List<float[]> elements) {
    boolean shared = fixture.shape(name).count() == elements.getFirst().length;
    compare(fixture, tolerances, name, shared ? elements.getFirst() : join(elements));
  }

  /** One after the other. */
  static float[] join(List<float[]> parts) {
    float[] joined = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int position = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, joined, position, part.length);
      position += part.length;
    }
    return joined;
  }

  /** Compares with a bound of the caller's. */
  void compare(Fixture fixture, String name, float[] actual, Tolerances.Limit limit) {
    compare(fixture, name, actual, fixture.floats(name), limit);
  }

  private void compare(
      Fixture fixture, String name, float[] actual, float[] expected, Tolerances.Limit limit) {
    Shape shape = fixture.shape(name);
    if (actual.length != expected.length) {
      fail(name, "%d elements instead of %s".formatted(actual.length, shape));
      return;
    }
    double worst = 0;
    double squares = 0;
    double expectedSquares = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) actual[i] - expected[i]);
      if (actual[i] == expected[i] || (Float.isNaN(actual[i]) && Float.isNaN(expected[i]))) {
        difference = 0;
      }
      // NaN on one side only is as far off as can be.
      worst = Double.isNaN(difference) ? Double.POSITIVE_INFINITY : Math.max(worst, difference);
      squares += difference * difference;
      expectedSquares += (double) expected[i] * expected[i];
    }
    double relative =
        worst == 0 ? 0 : Math.sqrt(squares / Math.max(expectedSquares, Double.MIN_NORMAL));
    boolean pass = (limit.relative() ? relative : worst) <= limit.value();
    String bound = "%s %s".formatted(limit.relative() ? "rel" : "abs", number(limit.value()));
    line(name, shape.toString(), number(worst), number(relative), bound, pass);
  }

  /** Records a comparison that is not one of floats. */
  void verdict(String name, String what, boolean pass) {
    line(name, what, "", "", "", pass);
  }

  /** Records something that was not as it should be. */
  void fail(String name, String why) {
    line(name, why, "", "", "", false);
  }

  /** Names a tensor or case that this tool cannot run; it counts as not passed. */
  void notRun(String name, String why) {
    begin();
    seen.add(name);
    failed++;
    out.printf("%-66s %s  NOT RUN%n", name, why);
  }

  /** Names a tensor or case that cannot be run because of what an exception says. */
  void notRun(String name, RuntimeException e) {
    notRun(
        name,
        e.getMessage() == null
            ? e.getClass().getSimpleName()
            : String.join(" ", e.getMessage().lines().map(String::strip).toList()));
  }

  /** Marks a tensor as used for input. */
  void input(String name) {
    seen.add(name);
  }

  /** Names all tensors of a case that were neither compared nor used as input. */
  void requireAllSeen(Iterable<String> names) {
    for (String name : names) {
      if (!seen.contains(name)) {
        notRun(name, "no such result here");
      }
    }
  }

  /** Whether there was nothing to compare, or to name, so far. */
  boolean isEmpty() {
    return !begun;
  }

  /** Prints the totals; true if everything passed. */
  boolean finish() {
    out.printf("%d passed, %d failed%n", passed, failed);
    out.flush();
    return failed == 0;
  }

  private void line(
      String name, String shape, String worst, String relative, String bound, boolean pass) {
    begin();
    seen.add(name);
    out.printf(
        "%-66s %-20s %10s %10s %12s  %s%n",
        name, shape, worst, relative, bound, pass ? "pass" : "FAIL");
    if (pass) {
      passed++;
    } else {
      failed++;
    }
  }

  private void begin() {
    if (!begun) {
      begun = true;
      out.println(HEADER);
    }
  }

  private static String number(double value) {
    return value == 0 ? "0" : String.format(Locale.ROOT, "%.2e", value);
  }
}
