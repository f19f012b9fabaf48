package io.zoetrope.pipeline;

/** What becomes of the weights that a stage of a job has worked with. */
public enum WeightRetention {
  /** They are closed before the next stage begins: the largest stage alone decides about memory. */
  RELEASE,

  /**
   * They stay in memory, as they are multiplied by, until the pipeline is closed: a further clip
   * reads and packs none.
   */
  KEEP
}
