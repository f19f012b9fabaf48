package io.zoetrope.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.tools.bench.Bench;
import io.zoetrope.tools.bench.PeakMemory;
import io.zoetrope.tools.bench.Workload;
import java.util.OptionalLong;

/** This engine, loaded and warm, in this process. */
record OwnWorkload(Backend backend, Workload workload, PeakMemory memory) implements Contestant {
  @Override
  public void warmUp() {
    Bench.warmUp(workload, Bench.WARM_UP_SECONDS);
  }

  @Override
  public double run() {
    return workload.run().seconds();
  }

  @Override
  public OptionalLong peakMemory() {
    return memory.bytes();
  }

  @Override
  public void close() {
    workload.close();
    backend.close();
  }
}
