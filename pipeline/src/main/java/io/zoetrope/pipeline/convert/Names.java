package io.zoetrope.pipeline.convert;

import static io.zoetrope.files.Printable.quote;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.names.TextEncoderNames;
import io.zoetrope.pipeline.names.WanNames;
import io.zoetrope.pipeline.parts.Role;
import io.zoetrope.weights.NameMap;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the tensors of a part are called where they are written. */
final class Names {
  /** A text encoder's table of tokens, and the other name that transformers has for it. */
  private static final String TOKENS = "shared.weight";

  private static final String SAME_TOKENS = "encoder.embed_tokens.weight";

  private Names() {}

  /** The layout of a part that a file of a kind has if nothing else is asked for. */
  static Layout usual(Part part, Container container) {
    boolean original =
        switch (container) {
          case FOLDER -> false;
          case GGUF -> true;
          // ComfyUI reads text encoders and vision towers by the names of transformers.
          case SAFETENSORS -> part.role() != Role.TEXT_ENCODER && part.role() != Role.CLIP_VISION;
        };
    return original ? Layout.ORIGINAL : Layout.DIFFUSERS;
  }

  /**
   * Gives each tensor its name in a layout; null for one that is left out, since it is another
   * one's double.
   *
   * @throws PipelineException if the part has no such layout
   */
  static UnaryOperator<String> in(Part part, Container container, Layout layout) {
    Optional<NameMap> map =
        layout == Layout.DIFFUSERS ? Optional.empty() : Optional.of(original(part, container));
    return name -> {
      String own = name.equals(SAME_TOKENS) ? TOKENS : name;
      if (!own.equals(name) && part.weights().has(TOKENS)) {
        return null;
      }
      return map.isEmpty()
          ? own
          : map.get()
              .toLeft(own)
              .orElseThrow(() ->
                  new PipelineException(
                      "%s: tensor %s has no name in the original layout"
                          .formatted(part.weights().description(), quote(own))));
    };
  }

  private static NameMap original(Part part, Container container) {
    return switch (part.role()) {
      case TRANSFORMER, SECOND_TRANSFORMER -> WanNames.transformer();
      case TEXT_ENCODER ->
          container == Container.GGUF ? TextEncoderNames.gguf() : TextEncoderNames.wan();
      case VAE -> {
        int blocks = part.config().positiveInteger("num_res_blocks", 2);
        yield part.config().flag("is_residual", false)
            ? WanNames.vae22(blocks)
            : WanNames.vae21(blocks);
      }
      case CLIP_VISION ->
          throw new PipelineException(
              "%s: the vision tower of CLIP is written in the layout of transformers alone, into .safetensors or a folder"
                  .formatted(part.weights().description()));
    };
  }
}
