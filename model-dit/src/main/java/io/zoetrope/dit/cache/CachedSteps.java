package io.zoetrope.dit.cache;

/**
 * The steps that a cache stands in: those of one transformer, whose first one begins anew.
 *
 * @param from the first one
 * @param to the one behind the last
 * @param before steps of the schedule in front of step 0, which the job does not take
 * @param scheduled how many steps the schedule has
 */
public record CachedSteps(int from, int to, int before, int scheduled) {
  /** How many there are. */
  public int count() {
    return to - from;
  }

  /** The place of a step in the whole schedule. */
  int inSchedule(int step) {
    return before + step;
  }
}
