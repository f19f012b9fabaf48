package io.zoetrope.pipeline.family;

import io.zoetrope.pipeline.PipelineException;
import java.util.function.UnaryOperator;

/**
 * How a model takes prompts.
 *
 * @param cleaning what is done to a prompt before it is tokenized
 * @param shortest fewest tokens that prompts may be padded or cut to
 * @param longest most tokens
 * @param features width of an embedding
 * @param padding what becomes of the tokens that prompts are padded with
 */
public record TextContract(
    UnaryOperator<String> cleaning, int shortest, int longest, int features, Padding padding) {
  /** What becomes of the tokens that prompts are padded with. */
  public enum Padding {
    /** The text encoder does not see them, and nothing is left of them. */
    MASKED,
    /**
     * So with the prompt; the embedding of a negative prompt is cut to as many tokens, or padding
     * is embedded behind it.
     */
    EVEN,
    /** The text encoder sees them as it does the others, and embeds them all. */
    EMBEDDED,
    /** The text encoder embeds them, too, but they are not seen by any token. */
    EMBEDDED_UNSEEN;

    /** Whether embeddings have rows of them. */
    public boolean isEmbedded() {
      return this == EMBEDDED || this == EMBEDDED_UNSEEN;
    }
  }

  /** A model for which prompts are independent of each other. */
  public TextContract(UnaryOperator<String> cleaning, int shortest, int longest, int features) {
    this(cleaning, shortest, longest, features, Padding.MASKED);
  }

  /**
   * Checks a length.
   *
   * @throws PipelineException that says which lengths there are
   */
  public void check(int tokens) {
    if (tokens < shortest || tokens > longest) {
      throw new PipelineException(
          "maximum sequence length %d: this model takes %d to %d tokens"
              .formatted(tokens, shortest, longest));
    }
  }
}
