package io.zoetrope.bench;

import java.util.OptionalLong;
import java.util.function.Supplier;

/** The reference implementation in a new process for every clip, from start to exit. */
final class ColdDiffusers implements Contestant {
  private final Supplier<Diffusers> start;
  private OptionalLong peakMemory = OptionalLong.empty();

  ColdDiffusers(Supplier<Diffusers> start) {
    this.start = start;
  }

  @Override
  public void warmUp() {
    run();
  }

  @Override
  public double run() {
    long begin = System.nanoTime();
    try (Diffusers process = start.get()) {
      process.result();
      process.await();
      peakMemory = process.peakMemory();
    }
    return (System.nanoTime() - begin) / 1e9;
  }

  @Override
  public OptionalLong peakMemory() {
    return peakMemory;
  }

  @Override
  public void close() {}
}
