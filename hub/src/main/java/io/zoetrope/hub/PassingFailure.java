package io.zoetrope.hub;

import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A request failed in a way that passes: it is made again, after the time the server names. */
final class PassingFailure extends IOException {
  private static final long serialVersionUID = 1L;

  /** Such as {@code "resolvers";r=0;t=55}: nothing remains, and begins anew in 55 seconds. */
  private static final Pattern RATE_LIMIT = Pattern.compile(".*;\\s*r=0\\s*;\\s*t=(\\d{1,9}).*");

  private final transient Optional<Duration> wait;

  PassingFailure(String message, Throwable cause) {
    super(message, cause);
    wait = Optional.empty();
  }

  PassingFailure(String message, HttpHeaders headers) {
    super(message);
    wait = named(headers);
  }

  /** How long the server wants to be left alone; empty if it doesn't say. */
  Optional<Duration> waitingTime() {
    return wait;
  }

  private static Optional<Duration> named(HttpHeaders headers) {
    Optional<String> retryAfter = headers.firstValue("retry-after").map(String::strip);
    if (retryAfter.isPresent()) {
      return seconds(retryAfter.get()).or(() -> until(retryAfter.get()));
    }
    return headers
        .firstValue("ratelimit")
        .map(RATE_LIMIT::matcher)
        .filter(Matcher::matches)
        .flatMap(found -> seconds(found.group(1)))
        .map(time -> time.plusSeconds(1));
  }

  private static Optional<Duration> seconds(String text) {
    return text.matches("\\d{1,9}")
        ? Optional.of(Duration.ofSeconds(Long.parseLong(text)))
        : Optional.empty();
  }

  private static Optional<Duration> until(String date) {
    try {
      Instant time = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
      Duration left = Duration.between(Instant.now(), time);
      return Optional.of(left.isNegative() ? Duration.ZERO : left);
    } catch (DateTimeException _) {
      return Optional.empty();
    }
  }
}
