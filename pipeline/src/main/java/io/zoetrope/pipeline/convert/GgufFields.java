package io.zoetrope.pipeline.convert;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.t5.T5Tokenizer;
import io.zoetrope.weights.GgufWriter;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The metadata by which programs recognise what a GGUF file holds. */
final class GgufFields {
  private static final int QUANTIZATION_VERSION = 2;

  /** Numbers of {@code general.file_type}, by the format of most matrices. */
  private static final Map<String, Integer> FILE_TYPES =
      Map.of("F32", 0, "F16", 1, "Q8_0", 7, "Q4_K", 14, "BF16", 32);

  /** A mix of formats, or one without a number. */
  private static final int GUESSED = 1024;

  private GgufFields() {}

  /** A writer with the metadata of a part. */
  static GgufWriter of(Part part, List<StoredTensor> tensors) {
    GgufWriter writer = new GgufWriter();
    boolean text = part.role() == Role.TEXT_ENCODER;
    writer.text("general.architecture", text ? "t5encoder" : "wan");
    writer.integer("general.quantization_version", QUANTIZATION_VERSION);
    writer.integer("general.file_type", fileType(tensors));
    if (text) {
      addTextEncoder(writer, part.config());
      part.tokenizer()
          .ifPresent(tokenizer ->
              T5Tokenizer.addSentencePiece(
                  writer,
                  tokenizer.load().segment().toArray(ValueLayout.JAVA_BYTE),
                  part.config().positiveInteger("vocab_size"),
                  part.weights().description() + ": tokenizer"));
    }
    return writer;
  }

  private static int fileType(List<StoredTensor> tensors) {
    String largest =
        tensors.stream()
            .collect(
                Collectors.groupingBy(
                    tensor -> tensor.encoding().name(),
                    Collectors.summingLong(StoredTensor::count)))
            .entrySet()
            .stream()
            .max(Map.Entry.comparingByValue())
            .map(Map.Entry::getKey)
            .orElse("");
    return FILE_TYPES.getOrDefault(largest, GUESSED);
  }

  private static void addTextEncoder(GgufWriter writer, JsonConfig config) {
    int head = config.positiveInteger("d_kv");
    writer
        .integer("t5encoder.context_length", 512)
        .integer("t5encoder.embedding_length", config.positiveInteger("d_model"))
        .integer("t5encoder.feed_forward_length", config.positiveInteger("d_ff"))
        .integer("t5encoder.block_count", config.positiveInteger("num_layers"))
        .integer("t5encoder.attention.head_count", config.positiveInteger("num_heads"))
        .integer("t5encoder.attention.key_length", head)
        .integer("t5encoder.attention.value_length", head)
        .number(
            "t5encoder.attention.layer_norm_epsilon",
            (float) config.positiveNumber("layer_norm_epsilon"))
        .integer(
            "t5encoder.attention.relative_buckets_count",
            config.positiveInteger("relative_attention_num_buckets"));
  }
}
