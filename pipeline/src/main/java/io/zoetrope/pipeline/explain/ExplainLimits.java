package io.zoetrope.pipeline.explain;

/**
 * What bounds an explanation, whatever the size of the job is.
 *
 * @param mapBytes that the maps of words may take, and those of patches as many
 * @param cells of a map, beyond which nobody sees more
 * @param weights of a head that are computed for maps of words; of more, one query stands for its
 *     cell
 * @param tokens whose residuals are looked at
 * @param latentBytes of clean latents of which all frames are kept; of more, the middle one
 */
record ExplainLimits(long mapBytes, int cells, long weights, int tokens, long latentBytes) {
  /** Those of every job. */
  static final ExplainLimits USUAL = new ExplainLimits(12L << 20, 4096, 1L << 25, 128, 32L << 20);
}
