package io.zoetrope.tools.parity;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tools.parity.ParityResult.Difference;
import io.zoetrope.tools.parity.ParityResult.Verdict;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.function.Function;

/** Compares tensors with the reference's, and collects what came of it. */
final class Report {
  private final Function<String, ParityStage> stages;
  private final Consumer<ParityResult> sink;
  private final List<ParityResult> results = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();

  /**
   * An empty report.
   *
   * @param stages the stage of each name
   * @param sink gets every result when it is there
   */
  Report(Function<String, ParityStage> stages, Consumer<ParityResult> sink) {
    this.stages = stages;
    this.sink = sink;
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
    Difference difference = new Difference(worst, relative, limit);
    add(
        name,
        difference.isWithin() ? Verdict.PASS : Verdict.FAIL,
        shape.toString(),
        Optional.of(difference));
  }

  /** Records a comparison that is not one of floats. */
  void verdict(String name, String what, boolean pass) {
    add(name, pass ? Verdict.PASS : Verdict.FAIL, what, Optional.empty());
  }

  /** Records something that was not as it should be. */
  void fail(String name, String why) {
    add(name, Verdict.FAIL, why, Optional.empty());
  }

  /** Names a tensor or case that there is nothing to compare with. */
  void notRun(String name, String why) {
    add(name, Verdict.NOT_RUN, why, Optional.empty());
  }

  /**
   * Records what ended a case: that something is not supported or missing here, or a failure.
   *
   * @throws CancellationException if it is one
   */
  void ended(String name, RuntimeException e) {
    switch (e) {
      case CancellationException cancelled -> throw cancelled;
      case ExpectedException expected -> notRun(name, message(expected));
      default -> fail(name, "%s: %s".formatted(e.getClass().getSimpleName(), message(e)));
    }
  }

  private static String message(RuntimeException e) {
    return String.join(" ", String.valueOf(e.getMessage()).lines().map(String::strip).toList());
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

  /** Everything so far. */
  List<ParityResult> results() {
    return List.copyOf(results);
  }

  private void add(String name, Verdict verdict, String what, Optional<Difference> difference) {
    seen.add(name);
    ParityResult result = new ParityResult(name, stages.apply(name), verdict, what, difference);
    results.add(result);
    sink.accept(result);
  }
}
