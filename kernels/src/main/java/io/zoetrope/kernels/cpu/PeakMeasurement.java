package io.zoetrope.kernels.cpu;

import static io.zoetrope.kernels.cpu.Elements.FLOATS;
import static io.zoetrope.kernels.cpu.Elements.LANES;

import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import jdk.incubator.vector.FloatVector;

/**
 * Measures what the processors can do at best: multiply-add instructions on registers, and copying
 * between blocks of memory that exceed every cache (as STREAM's copy; McCalpin, 1995). As there,
 * the best of several rounds counts: the first ones run loops that are not compiled yet, and other
 * work on the machine only ever slows them.
 */
final class PeakMeasurement {
  private static final int ROUNDS = 15;

  /** Independent sums: enough for two multiply-add units with a latency of up to 6 cycles. */
  private static final int SUMS = 12;

  private static final int STEPS = 1 << 14;
  private static final int TASKS_PER_THREAD = 256;

  private static final long CHUNK_BYTES = 1 << 20;
  private static final long MIB = 1 << 20;

  private final WorkerPool pool;
  private final long copyBytes;

  PeakMeasurement(WorkerPool pool) {
    this(pool, Math.clamp(4 * lastLevelCacheBytes(), 128 * MIB, 1024 * MIB));
  }

  /**
   * For tests, which need no figures that mean something.
   *
   * @param copyBytes how much a round copies
   */
  PeakMeasurement(WorkerPool pool, long copyBytes) {
    this.pool = pool;
    this.copyBytes = copyBytes;
  }

  /** Both bounds; BF16 has that of F32, because its elements are widened before they are used. */
  Roofline roofline() {
    double products = flopsPerSecond();
    return new Roofline(Map.of(DType.F32, products, DType.BF16, products), bytesPerSecond());
  }

  private double flopsPerSecond() {
    int tasks = pool.threads() * TASKS_PER_THREAD;
    float[] factors = new float[2 * LANES];
    Arrays.fill(factors, 1e-3f);
    float[] results = new float[tasks];
    double seconds =
        fewestSeconds(
            () -> pool.run(tasks, (index, _) -> results[index] = multiplyAdd(STEPS, factors)));
    return 2.0 * SUMS * LANES * STEPS * tasks / seconds;
  }

  private double bytesPerSecond() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(copyBytes, 64);
      MemorySegment to = arena.allocate(copyBytes, 64);
      int chunks = Math.toIntExact(Math.ceilDiv(copyBytes, CHUNK_BYTES));
      WorkerPool.Task copy =
          (index, _) -> {
            long at = index * CHUNK_BYTES;
            MemorySegment.copy(from, at, to, at, Math.min(CHUNK_BYTES, copyBytes - at));
          };
      return 2.0 * copyBytes / fewestSeconds(() -> pool.run(chunks, copy));
    }
  }

  private static double fewestSeconds(Runnable round) {
    long fewest = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long start = System.nanoTime();
      round.run();
      fewest = Math.min(fewest, System.nanoTime() - start);
    }
    return fewest / 1e9;
  }

  /**
   * {@link #SUMS} vectors of sums in registers, written out so that none becomes an array.
   *
   * @param factors not constants, which the compiler would load from memory for every instruction
   */
  private static float multiplyAdd(int steps, float[] factors) {
    FloatVector x = FloatVector.fromArray(FLOATS, factors, 0);
    FloatVector y = FloatVector.fromArray(FLOATS, factors, LANES);
    FloatVector s0 = FloatVector.zero(FLOATS);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector s4 = s0;
    FloatVector s5 = s0;
    FloatVector s6 = s0;
    FloatVector s7 = s0;
    FloatVector s8 = s0;
    FloatVector s9 = s0;
    FloatVector s10 = s0;
    FloatVector s11 = s0;
    for (int i = 0; i < steps; i++) {
      s0 = x.fma(y, s0);
      s1 = x.fma(y, s1);
      s2 = x.fma(y, s2);
      s3 = x.fma(y, s3);
      s4 = x.fma(y, s4);
      s5 = x.fma(y, s5);
      s6 = x.fma(y, s6);
      s7 = x.fma(y, s7);
      s8 = x.fma(y, s8);
      s9 = x.fma(y, s9);
      s10 = x.fma(y, s10);
      s11 = x.fma(y, s11);
    }
    FloatVector low = s0.add(s1).add(s2.add(s3)).add(s4.add(s5));
    FloatVector high = s6.add(s7).add(s8.add(s9)).add(s10.add(s11));
    return low.add(high).lane(0);
  }

  /** From Linux's description of the first processor; 32 MiB where there is none. */
  private static long lastLevelCacheBytes() {
    Path size = Path.of("/sys/devices/system/cpu/cpu0/cache/index3/size");
    try {
      return Long.parseLong(Files.readString(size).strip().replace("K", "")) << 10;
    } catch (IOException | NumberFormatException _) {
      return 32 * MIB;
    }
  }
}
