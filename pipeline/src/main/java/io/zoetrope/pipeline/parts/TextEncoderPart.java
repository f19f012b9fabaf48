package io.zoetrope.pipeline.parts;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.names.TextEncoderNames;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.GgufFile;
import io.zoetrope.weights.WeightSource;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Recognises UMT5 text encoders. */
final class TextEncoderPart {
  /** The file of a SentencePiece model as a tensor of bytes, as ComfyUI keeps it. */
  static final String TOKENIZER = "spiece_model";

  /** Bytes of a tokenizer: UMT5's has five millions. */
  private static final int MOST_BYTES = 256 << 20;

  private static final List<String> PREFIXES =
      List.of("", "text_encoders.umt5xxl.transformer.", "text_encoders.umt5xxl.", "text_encoder.");

  private static final String ATTENTION = "encoder.block.0.layer.0.SelfAttention.";

  private TextEncoderPart() {}

  /**
   * The text encoder in a file; empty if there is none.
   *
   * @throws PipelineException if it is a T5 that no supported model uses
   * @throws io.zoetrope.weights.WeightsException if tensors are missing or left over
   */
  static Optional<FoundPart> find(Path file, WeightSource source) {
    for (String prefix : PREFIXES) {
      if (source.has(prefix + ATTENTION + "q.weight")) {
        return Optional.of(
            part(
                file,
                source,
                new Spelling(prefix, Optional::of, Set.of(TOKENIZER, "logit_scale"))));
      }
      if (source.has(prefix + "enc.blk.0.attn_q.weight")) {
        return Optional.of(part(file, source, Spelling.of(prefix, TextEncoderNames.gguf())));
      }
      if (source.has(prefix + "blocks.0.attn.q.weight")
          && source.has(prefix + "token_embedding.weight")) {
        return Optional.of(
            part(file, source, Spelling.of(prefix, TextEncoderNames.wan(), TOKENIZER)));
      }
    }
    return Optional.empty();
  }

  private static FoundPart part(Path file, WeightSource source, Spelling spelling) {
    JsonConfig config = config(file, spelling.view(source));
    return new FoundPart(
        file,
        Role.TEXT_ENCODER,
        "text encoder UMT5" + (config.positiveInteger("d_model") == 4096 ? "-XXL" : ""),
        spelling.prefix(),
        config,
        spelling::view,
        tokenizer(file, source));
  }

  private static Optional<Supplier<T5Tokenizer>> tokenizer(Path file, WeightSource source) {
    if (source instanceof GgufFile gguf) {
      return T5Tokenizer.isIn(gguf) ? Optional.of(() -> ggufTokenizer(file)) : Optional.empty();
    }
    return tokenizerName(source).map(_ -> () -> tokenizer(file));
  }

  private static T5Tokenizer ggufTokenizer(Path file) {
    try (GgufFile gguf = GgufFile.open(file)) {
      return T5Tokenizer.of(gguf);
    }
  }

  private static Optional<String> tokenizerName(WeightSource source) {
    return source.names().stream()
        .filter(name -> name.equals(TOKENIZER) || name.endsWith("." + TOKENIZER))
        .findFirst();
  }

  private static T5Tokenizer tokenizer(Path file) {
    try (WeightSource source = WeightSource.open(file)) {
      StoredTensor stored = source.tensor(tokenizerName(source).orElseThrow());
      if (stored.byteSize() > MOST_BYTES) {
        throw new PipelineException(
            "%s: its tokenizer '%s' has %d bytes, more than any has"
                .formatted(file, stored.name(), stored.byteSize()));
      }
      byte[] bytes = new byte[(int) stored.byteSize()];
      stored.bytes().read(0, MemorySegment.ofArray(bytes));
      return T5Tokenizer.ofSentencePiece(bytes, "%s: %s".formatted(file, stored.name()));
    }
  }

  /** What {@code UMT5EncoderModel} in transformers would write. */
  private static JsonConfig config(Path file, WeightSource view) {
    int layers = Shapes.count(view, "encoder.block");
    String bias = "layer.0.SelfAttention.relative_attention_bias.weight";
    if (layers > 1 && !view.has("encoder.block.1." + bias)) {
      throw new PipelineException(
          "%s: it is a T5 text encoder, whose layers share the positions of the first; Wan's is UMT5"
              .formatted(file));
    }
    if (!view.has("encoder.block.0.layer.1.DenseReluDense.wi_1.weight")) {
      throw new PipelineException(
          "%s: it is a T5 text encoder without gates, of version 1.0; Wan's is UMT5"
              .formatted(file));
    }
    String table = view.has("shared.weight") ? "shared.weight" : "encoder.embed_tokens.weight";
    Shape embedding = Shapes.of(view, table, 2);
    Shape positions = Shapes.of(view, "encoder.block.0." + bias, 2);
    long heads = Math.max(1, positions.size(1));
    ObjectNode json = JsonConfig.MAPPER.createObjectNode();
    json.putArray("architectures").add("UMT5EncoderModel");
    json.put("model_type", "umt5");
    json.put("vocab_size", embedding.size(0));
    json.put("d_model", embedding.size(1));
    json.put("d_kv", Shapes.of(view, ATTENTION + "q.weight", 2).size(0) / heads);
    json.put(
        "d_ff", Shapes.of(view, "encoder.block.0.layer.1.DenseReluDense.wi_0.weight", 2).size(0));
    json.put("num_layers", layers);
    json.put("num_heads", heads);
    json.put("relative_attention_num_buckets", positions.size(0));
    json.put("relative_attention_max_distance", 128);
    json.put("feed_forward_proj", "gated-gelu");
    json.put("layer_norm_epsilon", 1e-6);
    return JsonConfig.of(file.toString(), json);
  }
}
