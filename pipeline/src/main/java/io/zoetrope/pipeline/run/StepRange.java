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

  boolean contains(int step) {
    return step >= from && step < to;
  }

  /** Those of them that are left when so many steps of the schedule are taken. */
  StepRange after(int taken) {
    return new StepRange(Math.clamp(taken, from, to), to);
  }

  /** At most so many of them. */
  StepRange first(int steps) {
    return new StepRange(from, from + Math.min(steps, count()));
  }
}
