package io.zoetrope.dit.cache;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.cache.PublishedCaches.Limits;
import io.zoetrope.files.Printable;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/** The numbers of a cache as people write them, which are read one after the other. */
final class CacheNumbers {
  private static final int MOST_STEPS = 1000;

  /** Skipped steps in a row, and share of the first ones: those of diffusers. */
  private static final int MAX_SKIP_STEPS = 3;

  private static final double RETENTION = 0.2;

  private final String text;
  private final Deque<String> left;

  private CacheNumbers(String text, List<String> numbers) {
    this.text = text;
    this.left = new ArrayDeque<>(numbers);
  }

  /**
   * Numbers that nothing was read of.
   *
   * @param text the whole cache, for errors
   * @param numbers with commas between them; null if there are none
   */
  static CacheNumbers of(String text, String numbers) {
    return new CacheNumbers(
        text, numbers == null ? List.of() : Arrays.asList(numbers.split(",", -1)));
  }

  /** The next number as a threshold. */
  double threshold(double missing) {
    return share("threshold", missing, false);
  }

  /** The next number as a number of steps. */
  int count(String what, int least, int missing) {
    if (left.isEmpty()) {
      return missing;
    }
    String word = left.removeFirst();
    try {
      int value = Integer.parseInt(word);
      if (value >= least && value <= MOST_STEPS) {
        return value;
      }
    } catch (NumberFormatException e) {
      // What it may be is said below.
    }
    throw refusal(what, word, "a whole number from %d to %d".formatted(least, MOST_STEPS));
  }

  /** All numbers as limits of a MagCache; empty if there are none. */
  Optional<Limits> limits() {
    return left.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Limits(
                threshold(0),
                count("most skipped steps", 1, MAX_SKIP_STEPS),
                share("retention", RETENTION, true)));
  }

  private double share(String what, double missing, boolean mayBeZero) {
    if (left.isEmpty()) {
      return missing;
    }
    String word = left.removeFirst();
    try {
      double value = Double.parseDouble(word);
      if (value <= 1 && (mayBeZero ? value >= 0 : value > 0)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // What it may be is said below.
    }
    throw refusal(
        what, word, mayBeZero ? "a number from 0 to 1" : "a number above 0 and at most 1");
  }

  private ConfigException refusal(String what, String word, String allowed) {
    return new ConfigException(
        "cache %s: the %s %s is not %s"
            .formatted(Printable.quote(text), what, Printable.quote(word), allowed));
  }

  /** Refuses what is left. */
  void requireAllRead() {
    if (!left.isEmpty()) {
      throw new ConfigException(
          "cache %s: %s is too much; supported: %s"
              .formatted(
                  Printable.quote(text), Printable.quote(left.peekFirst()), StepCaching.FORMS));
    }
  }
}
