package io.zoetrope.pipeline;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.Ops;
import io.zoetrope.t5.PromptCleaner;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.t5.TokenIds;
import io.zoetrope.t5.encoder.T5Config;
import io.zoetrope.t5.encoder.T5Encoder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * The text stage: cleaning, tokenizer and text encoder. Its weights are open until it is closed.
 */
final class PromptEncoder implements AutoCloseable {
  private final T5Tokenizer tokenizer;
  private final Checkpoint checkpoint;
  private final T5Encoder encoder;

  private PromptEncoder(T5Tokenizer tokenizer, Checkpoint checkpoint, T5Encoder encoder) {
    this.tokenizer = tokenizer;
    this.checkpoint = checkpoint;
    this.encoder = encoder;
  }

  static PromptEncoder open(
      ModelFolder model, T5Tokenizer tokenizer, Backend backend, DType dtype) {
    Path folder = model.component("text_encoder", "UMT5EncoderModel", "T5EncoderModel");
    T5Config config = T5Config.read(folder.resolve("config.json"));
    return WeightFiles.load(
        folder,
        WeightFiles.TRANSFORMERS,
        checkpoint ->
            new PromptEncoder(
                tokenizer,
                checkpoint,
                T5Encoder.load(config, Weights.of(checkpoint, backend), dtype)));
  }

  /**
   * Encodes one prompt. Only its real tokens are computed: padding is masked as keys, and its rows
   * become zero afterwards, so it can change nothing.
   *
   * @param name of the scope, for tracers
   * @return [real tokens, features] in host memory
   */
  Tensor encode(Ops ops, String name, String prompt, int maxSequenceLength) {
    TokenIds tokens = tokenizer.encode(PromptCleaner.clean(prompt), maxSequenceLength);
    int[] ids = Arrays.copyOf(tokens.ids(), tokens.length());
    try (var _ = ops.scope(name)) {
      return ops.download(encoder.forward(ops, ids, ids.length));
    }
  }

  @Override
  public void close() {
    checkpoint.close();
  }
}
