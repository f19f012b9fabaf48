package io.zoetrope.tools.bench;

import io.zoetrope.tools.bench.BenchTest.Part;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Series of tests that show how time and memory grow with something. */
public enum Scaling {
  /** The transformer from 256 tokens on, doubled again and again. */
  TOKENS(16_384),
  /** The video decoder from one frame on, doubled again and again. */
  FRAMES(81),
  /** Transformer and decoder on one thread and on more, up to all processors. */
  THREADS(Runtime.getRuntime().availableProcessors());

  private static final int TOKENS_AT_ONCE = 16;
  private final int defaultMost;

  Scaling(int defaultMost) {
    this.defaultMost = defaultMost;
  }

  /**
   * A test on a number of threads.
   *
   * @param threads 0 for those that were asked for
   */
  public record Point(int threads, BenchTest test) {}

  /** Where a series ends when nothing else is asked for. */
  public int defaultMost() {
    return defaultMost;
  }

  /**
   * The tests of this series.
   *
   * @param most tokens, frames or threads of the last one
   */
  public List<Point> points(BenchModel model, int most) {
    int side = TOKENS_AT_ONCE * model.model().geometry().widthMultiple();
    int temporal = model.model().geometry().temporalScale();
    return switch (this) {
      case TOKENS ->
          doubled(TOKENS_AT_ONCE * TOKENS_AT_ONCE, most)
              .map(tokens -> (tokens / (TOKENS_AT_ONCE * TOKENS_AT_ONCE) - 1) * temporal + 1)
              .mapToObj(frames -> new Point(0, new BenchTest(Part.FORWARD, side, side, frames)))
              .toList();
      case FRAMES ->
          IntStream.concat(IntStream.of(1), doubled(temporal, most - 1).map(n -> n + 1))
              .mapToObj(frames -> new Point(0, new BenchTest(Part.VAE_DECODE, side, side, frames)))
              .toList();
      case THREADS ->
          IntStream.concat(doubled(1, most - 1), IntStream.of(most))
              .boxed()
              .flatMap(threads ->
                  Stream.of(Part.FORWARD, Part.VAE_DECODE)
                      .map(part ->
                          new Point(threads, new BenchTest(part, side, side, temporal + 1))))
              .toList();
    };
  }

  private static IntStream doubled(int first, int most) {
    return IntStream.iterate(first, n -> n <= most, n -> 2 * n);
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
