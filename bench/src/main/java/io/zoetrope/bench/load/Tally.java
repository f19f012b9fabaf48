package io.zoetrope.bench.load;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Answers of one kind of request: how many of each status, and how long they took. */
final class Tally {
  private final Map<Integer, Integer> statuses = new TreeMap<>();
  private long[] nanos = new long[1024];
  private int count;

  /** Adds an answer. */
  synchronized void add(int status, long tookNanos) {
    statuses.merge(status, 1, Integer::sum);
    if (count == nanos.length) {
      nanos = Arrays.copyOf(nanos, 2 * count);
    }
    nanos[count++] = tookNanos;
  }

  /** How many answers have a status of {@code from} to {@code to}, both included. */
  synchronized int count(int from, int to) {
    return statuses.entrySet().stream()
        .filter(entry -> entry.getKey() >= from && entry.getKey() <= to)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** How many answers there are. */
  synchronized int count() {
    return count;
  }

  /**
   * The time within which a share of the answers came, in milliseconds; NaN without any.
   *
   * @param share 0 to 1: 0.99 of all but the slowest hundredth
   */
  synchronized double millis(double share) {
    if (count == 0) {
      return Double.NaN;
    }
    long[] sorted = Arrays.copyOf(nanos, count);
    Arrays.sort(sorted);
    int rank = (int) Math.ceil(share * count);
    return sorted[Math.clamp(rank - 1, 0, count - 1)] / 1e6;
  }

  /** Statuses with their numbers, {@code 200: 31, 429: 7}. */
  synchronized String statuses() {
    String text = statuses.toString();
    return text.substring(1, text.length() - 1).replace("=", ": ");
  }
}
