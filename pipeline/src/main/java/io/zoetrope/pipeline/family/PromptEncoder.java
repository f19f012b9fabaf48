package io.zoetrope.pipeline.family;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/** The text stage of a model, from a prompt as users write it to what the transformer reads. */
public interface PromptEncoder {
  /**
   * Encodes one prompt.
   *
   * @param length tokens that it is cut to; the closing token stays
   * @return [tokens, features], in the current scope; with padding if the model's text contract has
   *     it embedded
   */
  Tensor encode(Ops ops, String prompt, int length);

  /**
   * Encodes a negative prompt, which for some models depends on the prompt.
   *
   * @param length tokens that it is cut to
   * @param promptTokens of the prompt's embedding
   * @return [tokens, features], in the current scope
   */
  Tensor encodeNegative(Ops ops, String prompt, int length, int promptTokens);
}
