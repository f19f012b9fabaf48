package io.zoetrope.pipeline.family;

import io.zoetrope.ops.Ops;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.encoder.T5Encoder;
import io.zoetrope.tensor.Tensor;

/**
 * Prompts by way of T5 or UMT5. Only a prompt's own tokens are computed: where padding is masked as
 * keys and its rows are dropped, it can change nothing.
 *
 * @param contract what happens to a prompt before it is tokenized
 */
public record T5PromptEncoder(TextContract contract, T5Tokenizer tokenizer, T5Encoder encoder)
    implements PromptEncoder {
  @Override
  public Tensor encode(Ops ops, String prompt, int length) {
    int[] ids = tokenizer.encodeCut(contract.cleaning().apply(prompt), length);
    return encoder.forward(ops, ids, ids.length);
  }
}
