package io.zoetrope.kernels.cpu.pool;

import io.zoetrope.kernels.cpu.blocks.CacheSizes;
import io.zoetrope.ops.Roofline;
import io.zoetrope.tensor.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;

/**
 * Measures what the processors can do at best: multiply-add instructions on registers, and copying
 * between two blocks of memory that together exceed every cache (as STREAM's copy; McCalpin, 1995).
 * Blocks that are read in turn leave nothing in a cache that is smaller than both; larger ones
 * would take more memory than many jobs that are measured for. As there, the best of several rounds
 * counts: the first ones may run loops that are not compiled yet, and other work on the machine
 * only ever slows them.
 *
 * @param <W> workspace of the pool
 */
public final class PeakMeasurement<W> {
  private static final int ROUNDS = 15;
  private static final int TASKS_PER_THREAD = 256;
  private static final long CHUNK_BYTES = 1 << 20;
  private static final long MIB = 1 << 20;

  /**
   * Multiply-adds on registers, some ten microseconds of them.
   *
   * @param flops of one task
   */
  public record Products<W>(double flops, WorkerPool.Task<W> task) {}

  private final WorkerPool<W> pool;
  private final Map<DType, Products<W>> products;
  private final long copyBytes;

  /** A measurement of the fastest products that a backend has for each dtype. */
  public PeakMeasurement(WorkerPool<W> pool, Map<DType, Products<W>> products) {
    this(pool, products, Math.clamp(CacheSizes.ofThisMachine().lastLevel(), 64 * MIB, 256 * MIB));
  }

  /**
   * Measures for tests, which need no figures that mean something.
   *
   * @param copyBytes how much a round copies
   */
  PeakMeasurement(WorkerPool<W> pool, Map<DType, Products<W>> products, long copyBytes) {
    this.pool = pool;
    this.products = products;
    this.copyBytes = copyBytes;
  }

  /** Measures both bounds. */
  public Roofline roofline() {
    Map<DType, Double> flopsPerSecond = new HashMap<>();
    products.forEach((dtype, work) -> flopsPerSecond.put(dtype, flopsPerSecond(work)));
    return new Roofline(flopsPerSecond, bytesPerSecond());
  }

  private double flopsPerSecond(Products<W> work) {
    int tasks = pool.threads() * TASKS_PER_THREAD;
    return work.flops() * tasks / fewestSeconds(() -> pool.run(tasks, work.task()));
  }

  private double bytesPerSecond() {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment from = arena.allocate(copyBytes, 64);
      MemorySegment to = arena.allocate(copyBytes, 64);
      int chunks = Math.toIntExact(Math.ceilDiv(copyBytes, CHUNK_BYTES));
      WorkerPool.Task<W> copy =
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
}
