package io.zoetrope.pipeline.family;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Residence;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.TextContract.Padding;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.TokenIds;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.t5.encoder.T5Encoder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Prompts by way of T5 or UMT5. Only a prompt's own tokens are computed where padding is masked as
 * keys and its rows are dropped: it can change nothing there.
 *
 * @param contract what happens to a prompt before it is tokenized
 * @param cached looks embeddings up; empty if all are computed
 */
public record T5PromptEncoder(
    TextContract contract,
    T5Tokenizer tokenizer,
    T5Encoder encoder,
    Optional<EncodedPrompts> cached)
    implements PromptEncoder {
  /**
   * The component of a model that encodes its prompts. A prompt has few tokens, and is encoded
   * once: to keep weights in another form than the stored one would take more time than it saves,
   * and more memory than any other stage.
   *
   * @param folder the component's name
   * @param contract what happens to a prompt before it is tokenized
   */
  public static Component<PromptEncoder> component(
      ModelSource source,
      String folder,
      TextContract contract,
      T5Tokenizer tokenizer,
      T5Config config,
      DType dtype) {
    return new Component<>(
        () -> source.weights(folder),
        weights ->
            new T5PromptEncoder(
                contract,
                tokenizer,
                T5Encoder.load(config, weights.residing(_ -> Residence.STORED), dtype),
                source
                    .promptCache(weights.storedBytes())
                    .map(cache ->
                        new EncodedPrompts(cache, weights.stored(), config + " in " + dtype))));
  }

  /**
   * Checks that a transformer takes what the encoder makes.
   *
   * @param taken features of a token that the transformer takes
   * @throws PipelineException if the encoder makes another number
   */
  public static void requireFeatures(ModelSource source, T5Config config, long taken) {
    if (taken != config.dModel()) {
      throw new PipelineException(
          "%s: the transformer takes prompts of %d features, the text encoder makes %d"
              .formatted(source.description(), taken, config.dModel()));
    }
  }

  @Override
  public Tensor encode(Ops ops, String prompt, int length) {
    if (contract.padding().isEmbedded()) {
      TokenIds tokens = tokenizer.encode(contract.cleaning().apply(prompt), length);
      requireKnown(tokens.ids(), prompt);
      return forward(ops, tokens.ids(), attended(tokens));
    }
    int[] ids = tokenizer.encodeCut(contract.cleaning().apply(prompt), length);
    requireKnown(ids, prompt);
    return forward(ops, ids, ids.length);
  }

  /** Padding that is embedded sees the negative prompt, and is not seen by it. */
  @Override
  public Tensor encodeNegative(Ops ops, String prompt, int length, int promptTokens) {
    if (contract.padding() != Padding.EVEN) {
      return encode(ops, prompt, length);
    }
    TokenIds tokens = tokenizer.encode(contract.cleaning().apply(prompt), length);
    int computed = Math.max(tokens.length(), promptTokens);
    int[] ids = Arrays.copyOf(tokens.ids(), computed);
    requireKnown(ids, prompt);
    return forward(ops, ids, tokens.length()).narrow(0, 0, promptTokens);
  }

  private Tensor forward(Ops ops, int[] ids, int realTokens) {
    Supplier<Tensor> encode = () -> encoder.forward(ops, ids, realTokens);
    return cached.map(known -> known.get(ops, ids, realTokens, encode)).orElseGet(encode);
  }

  /** How many of the tokens of a prompt, padding among them, the encoder attends to. */
  public int attended(TokenIds tokens) {
    return contract.padding() == Padding.EMBEDDED ? tokens.ids().length : tokens.length();
  }

  /** A tokenizer of another model, or a damaged one, can make anything of a prompt. */
  private void requireKnown(int[] ids, String prompt) {
    if (ids.length == 0) {
      throw new PipelineException(
          "the tokenizer makes no token of the prompt %s, and adds no closing one"
              .formatted(quote(prompt)));
    }
    int known = encoder.config().vocabSize();
    for (int id : ids) {
      if (id >= known) {
        throw new PipelineException(
            "the tokenizer makes token %d of the prompt %s, the text encoder knows %d: they are of different models"
                .formatted(id, quote(prompt), known));
      }
    }
  }
}
