package io.zoetrope.tools.parity;

import io.zoetrope.tensor.DType;
import java.util.List;

/** Writes results, those of one run after the other. */
interface ParityOutput {
  /** A fixture is run in a number format; nothing may come of it. */
  void begin(String fixture, DType dtype);

  /** Takes one result of the run when it is there. */
  void add(ParityResult result);

  /** Takes the results of a run that had some. */
  void end(ParityRun run);

  /**
   * Writes what could not be written before all results were known.
   *
   * @param runs that had results
   */
  void finish(List<ParityRun> runs);
}
