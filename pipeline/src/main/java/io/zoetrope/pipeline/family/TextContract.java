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
 * @param evenLengths whether the embedding of a negative prompt has as many tokens as that of the
 *     prompt: it is cut to them, or padding is embedded behind it
 */
public record TextContract(
    UnaryOperator<String> cleaning, int shortest, int longest, int features, boolean evenLengths) {
  /** A model for which prompts are independent of each other. */
  public TextContract(UnaryOperator<String> cleaning, int shortest, int longest, int features) {
    this(cleaning, shortest, longest, features, false);
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
