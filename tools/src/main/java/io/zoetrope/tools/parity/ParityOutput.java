package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import java.util.List;

/** Writes results: each when it is there, or all of them at the end. */
interface ParityOutput {
  /** A fixture is run in a number format; nothing may come of it. */
  default void begin(String fixture, DType dtype) {}

  /** Takes one result of the run when it is there. */
  default void add(ParityResult result) {}

  /** Takes the results of a run that had some. */
  default void end(ParityRun run) {}

  /**
   * Writes what could not be written before all results were known.
   *
   * @param runs that had results
   */
  void finish(List<ParityRun> runs);
}
