package io.zoetrope.hub;

import java.time.Duration;
import java.util.function.Consumer;

/** How often something is tried, and how long it waits in between. */
final class Retries {
  /** Failures in a row, without a byte in between, after which nothing is tried any more. */
  private static final int MOST = 6;

  /** Nobody who waits for a command waits longer for a rate limit. */
  private static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Duration FIRST = Duration.ofSeconds(1);
  private static final Duration LONGEST_BACKOFF = Duration.ofSeconds(30);

  private final String what;
  private final Pauses pauses;
  private final Consumer<String> notes;
  private int failures;

  /**
   * Nothing has failed yet.
   *
   * @param what is tried, for people
   * @param notes hears why it waits
   */
  Retries(String what, Pauses pauses, Consumer<String> notes) {
    this.what = what;
    this.pauses = pauses;
    this.notes = notes;
  }

  /** Bytes came: earlier failures do not count any more. */
  void progressed() {
    failures = 0;
  }

  /**
   * Waits before the next try.
   *
   * @throws HubException if there is none
   */
  void pauseAfter(PassingFailure failure) {
    failures++;
    Duration wait = failure.waitingTime().orElse(backoff());
    if (failures >= MOST || wait.compareTo(LONGEST) > 0) {
      throw new HubException(
          "%s: %s; %s"
              .formatted(
                  what,
                  failure.getMessage(),
                  failures >= MOST
                      ? "it was tried %d times: run the same command later, it goes on from here"
                          .formatted(MOST)
                      : "run the same command in %d minutes, it goes on from here"
                          .formatted(Math.ceilDiv(wait.toSeconds(), 60))),
          failure);
    }
    notes.accept(
        "%s: %s; tries again in %d s".formatted(what, failure.getMessage(), wait.toSeconds()));
    pauses.pause(wait);
  }

  private Duration backoff() {
    Duration doubled = FIRST.multipliedBy(1L << (failures - 1));
    return doubled.compareTo(LONGEST_BACKOFF) < 0 ? doubled : LONGEST_BACKOFF;
  }
}
