package io.zoetrope.tools.profile;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Looks every few milliseconds at how much memory this process takes, until it is closed; in long
 * jobs less often, so that there are some thousand samples at most.
 */
public final class MemorySampler implements AutoCloseable {
  private static final int MOST_SAMPLES = 8192;
  private static final long SHORTEST_MILLIS = 10;
  private static final Path PAGES = Path.of("/proc/self/statm");
  private static final long PAGE_BYTES = 4096;

  /**
   * How much memory was taken at a time.
   *
   * @param nanos {@link System#nanoTime}
   * @param residentBytes physical memory of the process, weights and scratch included; 0 where the
   *     system does not say
   * @param heapBytes used on the Java heap
   */
  public record Sample(long nanos, long residentBytes, long heapBytes) {}

  private final Thread thread;
  private List<Sample> samples = new ArrayList<>();
  private long millis = SHORTEST_MILLIS;

  /** Starts to look. */
  public MemorySampler() {
    samples.add(sample());
    thread = Thread.ofPlatform().daemon().name("memory-sampler").start(this::look);
  }

  private void look() {
    try {
      while (true) {
        Thread.sleep(millis);
        add(sample());
      }
    } catch (InterruptedException _) {
      // Closed.
    }
  }

  private synchronized void add(Sample sample) {
    if (samples.size() == MOST_SAMPLES) {
      List<Sample> all = samples;
      samples =
          new ArrayList<>(
              IntStream.range(0, MOST_SAMPLES / 2).mapToObj(i -> all.get(2 * i)).toList());
      millis *= 2;
    }
    samples.add(sample);
  }

  private static Sample sample() {
    Runtime runtime = Runtime.getRuntime();
    return new Sample(
        System.nanoTime(), residentBytes(), runtime.totalMemory() - runtime.freeMemory());
  }

  private static long residentBytes() {
    try {
      return Long.parseLong(Files.readString(PAGES).split(" ")[1]) * PAGE_BYTES;
    } catch (IOException | NumberFormatException _) {
      return 0;
    }
  }

  /** What was seen so far, in order. */
  public synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
