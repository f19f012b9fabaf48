package io.zoetrope.bench;

import java.util.OptionalLong;

/** The reference implementation, loaded and warm. */
record WarmDiffusers(Diffusers process) implements Contestant {
  @Override
  public void warmUp() {
    process.run();
  }

  @Override
  public double run() {
    return process.run();
  }

  @Override
  public OptionalLong peakMemory() {
    return process.peakMemory();
  }

  @Override
  public void close() {
    process.close();
  }
}
