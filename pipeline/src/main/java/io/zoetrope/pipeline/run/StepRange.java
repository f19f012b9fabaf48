package io.zoetrope.pipeline.run;

/**
 * Some steps of a schedule that follow each other.
 *
 * @param from the first one
 * @param to the one behind the last
 */
record StepRange(int from, int to) {
  int count() {
    return to - from;
  }

  /** At most so many of them. */
  StepRange first(int steps) {
    return new StepRange(from, from + Math.min(steps, count()));
  }
}
