package io.zoetrope.bench;

import java.util.OptionalLong;

/** One side of a comparison: something that does the same job again and again. */
interface Contestant extends AutoCloseable {
  /** Runs that don't count. */
  void warmUp();

  /** Does the job once and returns the seconds that it took. */
  double run();

  /** Most bytes of physical memory that it held so far, where known. */
  OptionalLong peakMemory();

  /** Ends it. */
  @Override
  void close();
}
