package io.zoetrope.pipeline.explain;

import io.zoetrope.pipeline.explain.Explanation.Caption;

/** The figures of an explanation, in the order in which they are shown. */
enum Figure {
  CLEAN_LATENTS(
      "Predicted clean latents",
      "What each step says that the clip will be: coarse shapes come first, details last.",
      "Scheduler#predictOriginalSample"),
  WORDS(
      "Cross-attention of a word",
      "Bright places look at the word: the share of their attention that goes to its tokens.",
      "AttentionMaps#text"),
  PATCHES(
      "Self-attention of a patch",
      "Bright places are those that the chosen patch looks at, in its own frame and in others.",
      "AttentionMaps#video"),
  SIGMA(
      "Sigma",
      "How much noise is in the latents that a step is given; it falls to 0.",
      "Scheduler#sigmas"),
  TIMESTEP(
      "Timestep",
      "What the transformer is told about the noise, from 1000 down.",
      "Scheduler#timesteps"),
  GUIDANCE(
      "Norm of the guidance",
      "How far the prediction with the prompt is from that with the negative prompt, before it is"
          + " scaled.",
      "Explainer#guidance"),
  RESIDUAL(
      "Residual of the block",
      "Bright blocks change the tokens a lot; a dark one hardly does.",
      "BlockStatistics#output"),
  CHANGE(
      "Change of the residual since the step before",
      "Where it is dark, the block does what it did in the step before: a cache could skip it.",
      "BlockStatistics#output"),
  AGREEMENT(
      "Agreement of the branches",
      "1 where the block adds the same with the prompt and with the negative prompt; less where the"
          + " prompt acts.",
      "BlockStatistics#output"),
  SELF_ENTROPY(
      "Entropy of self-attention",
      "Low where patches look at a few others, high where they look at all alike.",
      "AttentionRows#softmax"),
  CROSS_ENTROPY(
      "Entropy of cross-attention",
      "Low where patches look at a few tokens of the prompt, high where they look at all alike.",
      "AttentionRows#softmax"),
  NO_WORD(
      "Attention to no word",
      "The share that goes to punctuation, to the closing token and to padding.",
      "AttentionMaps#text"),
  GATE(
      "Gate of %s",
      "How much of what the layer computes is let into the tokens.", "BlockStatistics#modulation"),
  SCALE(
      "Scale in %s",
      "How much the timestep stretches the features that the layer behind the norm sees.",
      "BlockStatistics#modulation"),
  SHIFT(
      "Shift in %s",
      "How much the timestep moves the features that the layer behind the norm sees.",
      "BlockStatistics#modulation");

  private final String title;
  private final String read;
  private final String by;

  Figure(String title, String read, String by) {
    this.title = title;
    this.read = read;
    this.by = by;
  }

  /** What the figure says of itself. */
  Caption caption() {
    return caption("");
  }

  /**
   * What the figure says of itself.
   *
   * @param layer of the block that it is about
   */
  Caption caption(String layer) {
    return new Caption(title.formatted(layer), read, by);
  }
}
