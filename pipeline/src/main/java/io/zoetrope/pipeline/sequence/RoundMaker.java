package io.zoetrope.pipeline.sequence;

import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.GenerationResult;

/** Makes the clip of each round. */
@FunctionalInterface
public interface RoundMaker {
  /**
   * Checks and runs the job of a request.
   *
   * @param number of the round, from 1
   */
  GenerationResult make(int number, GenerationRequest request);
}
