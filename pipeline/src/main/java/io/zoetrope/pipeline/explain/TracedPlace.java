package io.zoetrope.pipeline.explain;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place in a step of a job, by a tracer's path.
 *
 * @param step of the schedule
 * @param branch {@code cond} or {@code uncond}
 * @param block name of the block, such as {@code blocks.3}; empty outside of blocks
 * @param name what it is in there, such as {@code attn1/gate}; empty for the block's output
 */
record TracedPlace(int step, String branch, String block, String name) {
  static final String COND = "cond";
  static final String UNCOND = "uncond";

  private static final Pattern PATH =
      Pattern.compile(
          "denoise/step(\\d+)/(cond|uncond)/transformer/(?:(\\w*blocks\\.\\d+)(?:\\.0$|/|$))?(.*)");

  /** The place of a path, if it lies in the transformer. */
  static Optional<TracedPlace> of(String path) {
    Matcher matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String block = matcher.group(3) == null ? "" : matcher.group(3);
    return Optional.of(
        new TracedPlace(
            Integer.parseInt(matcher.group(1)), matcher.group(2), block, matcher.group(4)));
  }

  boolean isConditional() {
    return branch.equals(COND);
  }

  /** Whether it is the output of a block; of text and video, the video's. */
  boolean isBlockOutput() {
    return !block.isEmpty() && name.isEmpty();
  }

  /** Whether it is what the first block is given. */
  boolean isFirstInput() {
    return block.isEmpty()
        && switch (name) {
          case "patch_embedding", "patch_embed", "pos_embed", "proj_in" -> true;
          default -> false;
        };
  }

  /** Attention of the video's tokens to each other, and in some models to the text with them. */
  boolean isSelfAttention() {
    return name.equals("attn1");
  }

  /** Attention to the text, and in some models to a picture behind it. */
  boolean isCrossAttention() {
    return name.equals("attn2");
  }

  /** Whether blocks of this name have tokens in the order place, frame. */
  static boolean isPlaceMajor(String block) {
    return block.startsWith("temporal_");
  }

  /** The blocks that update the same tokens. */
  static String stream(String block) {
    return block.startsWith("vace_") ? "vace" : "";
  }

  /** The number of a block in its name. */
  static int number(String block) {
    return Integer.parseInt(block.substring(block.lastIndexOf('.') + 1));
  }
}
