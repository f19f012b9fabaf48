package io.zoetrope.pipeline.convert;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A part of a model that is converted, with its weights open.
 *
 * @param component its name in a model folder
 * @param role what it is
 * @param config what its {@code config.json} says, or would
 * @param weights by the names of diffusers or transformers
 * @param files that hold them
 * @param tokenizer the file of a SentencePiece model that belongs to a text encoder, as a tensor of
 *     bytes
 */
record Part(
    String component,
    Role role,
    JsonConfig config,
    WeightSource weights,
    List<Path> files,
    Optional<StoredTensor> tokenizer) {
  /** Of published models, in latent frames, rows and columns. */
  private static final List<Integer> PATCH = List.of(1, 2, 2);

  /** Whether it is a model of transformers, not of diffusers. */
  boolean isOfTransformers() {
    return role == Role.TEXT_ENCODER || role == Role.CLIP_VISION;
  }

  /** A tensor in the shape that its model demands: writers of GGUF files fold some. */
  StoredTensor tensor(String name) {
    StoredTensor stored = weights.tensor(name);
    if (role != Role.TRANSFORMER) {
      return stored;
    }
    if (name.endsWith("patch_embedding.weight")) {
      return unfoldedPatch(name, stored);
    }
    if (name.endsWith("scale_shift_table")) {
      long width = stored.shape().size(-1);
      return weights.tensor(name, Shape.of(1, stored.count() / Math.max(1, width), width));
    }
    return stored;
  }

  private StoredTensor unfoldedPatch(String name, StoredTensor stored) {
    List<Integer> patch = config.positiveIntegers("patch_size", PATCH);
    long width =
        (long) config.positiveInteger("num_attention_heads")
            * config.positiveInteger("attention_head_dim");
    long channels = stored.count() / (width * patch.get(0) * patch.get(1) * patch.get(2));
    return weights.tensor(
        name, Shape.of(width, channels, patch.get(0), patch.get(1), patch.get(2)));
  }
}
