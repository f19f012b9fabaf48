package io.zoetrope.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Clients of a server: one that always has a real job computed, many that submit small ones, many
 * that listen, and one that asks after the server's health.
 */
final class Crowd {
  /** Steps of a real job: some seconds of the demo model. */
  private static final int REAL_STEPS = 60;

  private static final long SUBMIT_PAUSE_MILLIS = 200;
  private static final long HEALTH_PAUSE_MILLIS = 20;

  final Tally submitted = new Tally();
  final Tally listened = new Tally();
  final Tally healthy = new Tally();

  /** Of {@link #healthy} those that were asked while a real job was computed. */
  final Tally healthyAtWork = new Tally();

  final AtomicLong events = new AtomicLong();
  final AtomicInteger refusedWithoutDelay = new AtomicInteger();
  final AtomicInteger broken = new AtomicInteger();
  final AtomicInteger realJobs = new AtomicInteger();

  /** Listeners that have a stream at this moment, and the most that there were. */
  private final AtomicInteger listening = new AtomicInteger();

  final AtomicInteger mostListening = new AtomicInteger();

  private final Client client;
  private final long end;
  private final List<String> ids = new CopyOnWriteArrayList<>();
  private final AtomicBoolean realAtWork = new AtomicBoolean();
  private volatile String realJob;

  /**
   * A crowd.
   *
   * @param end of the measurement, in {@link System#nanoTime}
   */
  Crowd(Client client, long end) {
    this.client = client;
    this.end = end;
  }

  /** Has clips of the real model computed one after the other, with a listener of their own. */
  void computeRealJobs() throws InterruptedException {
    while (isOn()) {
      Map<String, Object> job =
          Map.of(
              "model", "real",
              "prompt", "a red ball bounces on green grass",
              "num_inference_steps", REAL_STEPS);
      try {
        HttpResponse<String> answer = client.submit(job);
        if (answer.statusCode() != 200) {
          Thread.sleep(SUBMIT_PAUSE_MILLIS);
          continue;
        }
        realJob = Client.json(answer).get("id").asText();
        follow(realJob, line -> realAtWork.set(realAtWork.get() || line.equals("event: progress")));
        realAtWork.set(false);
        realJobs.incrementAndGet();
      } catch (IOException _) {
        count(broken);
      }
    }
  }

  /** Submits small jobs, again and again. */
  void submit() throws InterruptedException {
    while (isOn()) {
      Map<String, Object> job =
          Map.of(
              "model", "stub",
              "prompt", "a red ball",
              "size", "32x32",
              "num_frames", 5,
              "num_inference_steps", 1);
      try {
        long start = System.nanoTime();
        HttpResponse<String> answer = client.submit(job);
        submitted.add(answer.statusCode(), System.nanoTime() - start);
        if (answer.statusCode() == 200) {
          ids.add(Client.json(answer).get("id").asText());
        } else if (answer.statusCode() == 429
            && answer.headers().firstValueAsLong("Retry-After").isEmpty()) {
          refusedWithoutDelay.incrementAndGet();
        }
      } catch (IOException _) {
        count(broken);
      }
      Thread.sleep(SUBMIT_PAUSE_MILLIS);
    }
  }

  /** Listens to the real job or to one of the newest others, until it ends, and to the next one. */
  void listen() throws InterruptedException {
    while (isOn()) {
      String id = aJob();
      if (id == null) {
        Thread.sleep(SUBMIT_PAUSE_MILLIS);
        continue;
      }
      try {
        follow(id, _ -> {});
      } catch (IOException _) {
        count(broken);
      }
    }
  }

  private String aJob() {
    int known = ids.size();
    ThreadLocalRandom random = ThreadLocalRandom.current();
    if (known == 0 || random.nextBoolean()) {
      return realJob;
    }
    return ids.get(known - 1 - random.nextInt(Math.min(known, 32)));
  }

  private void follow(String id, Consumer<String> eachLine)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    HttpResponse<Stream<String>> answer = client.events(id);
    listened.add(answer.statusCode(), System.nanoTime() - start);
    mostListening.accumulateAndGet(listening.incrementAndGet(), Math::max);
    try (Stream<String> lines = answer.body()) {
      lines.forEach(line -> {
        if (line.startsWith("event: ")) {
          events.incrementAndGet();
        }
        eachLine.accept(line);
      });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      listening.decrementAndGet();
    }
  }

  /**
   * Asks after the server's health.
   *
   * @param own connections, so that the answer does not wait until the streams of all others are
   *     read
   */
  void askHealth(Client own) throws InterruptedException {
    while (isOn()) {
      boolean atWork = realAtWork.get();
      try {
        long start = System.nanoTime();
        int status = own.get("health").statusCode();
        long took = System.nanoTime() - start;
        healthy.add(status, took);
        if (atWork && realAtWork.get()) {
          healthyAtWork.add(status, took);
        }
      } catch (IOException _) {
        count(broken);
      }
      TimeUnit.MILLISECONDS.sleep(HEALTH_PAUSE_MILLIS);
    }
  }

  /** Connections that break when the measurement is over are none of the server's. */
  private void count(AtomicInteger failures) {
    if (isOn()) {
      failures.incrementAndGet();
    }
  }

  private boolean isOn() {
    return System.nanoTime() < end;
  }
}
