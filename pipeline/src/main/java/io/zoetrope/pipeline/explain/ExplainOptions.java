package io.zoetrope.pipeline.explain;

import java.util.List;

/**
 * What is looked at.
 *
 * @param words whose cross-attention is kept, as they stand in the prompt; empty for all
 * @param blocks numbers of the blocks whose maps are kept; empty for all
 * @param patches how many patches along each side of a latent frame self-attention is kept of
 */
public record ExplainOptions(List<String> words, List<Integer> blocks, int patches) {
  /** Patches along a side of whoever does not say how many. */
  public static final int PATCHES = 4;

  /** Everything. */
  public static final ExplainOptions ALL = new ExplainOptions(List.of(), List.of(), PATCHES);
}
