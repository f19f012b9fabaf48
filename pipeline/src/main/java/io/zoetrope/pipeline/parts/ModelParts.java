package io.zoetrope.pipeline.parts;

import io.zoetrope.pipeline.family.ModelSource;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which files make a model together. A file may hold several parts: those that no other file is
 * named for are looked for in the files that are named.
 *
 * <pre>{@code
 * ModelSource model =
 *     ModelParts.of(Role.TRANSFORMER, Path.of("wan2.1_t2v_1.3B_fp16.safetensors"))
 *         .with(Role.TEXT_ENCODER, Path.of("umt5_xxl_fp8_e4m3fn_scaled.safetensors"))
 *         .with(Role.VAE, Path.of("wan_2.1_vae.safetensors"))
 *         .open();
 * }</pre>
 */
public final class ModelParts {
  private final Map<Role, Path> files;
  private final Optional<Path> tokenizer;

  private ModelParts(Map<Role, Path> files, Optional<Path> tokenizer) {
    this.files = files;
    this.tokenizer = tokenizer;
  }

  /** One file. */
  public static ModelParts of(Role role, Path file) {
    return of(Map.of(role, file), Optional.empty());
  }

  /**
   * Some files.
   *
   * @param tokenizer a file of a SentencePiece model, {@code tokenizer.json}, or a folder with one;
   *     empty if the text encoder's file holds one
   */
  public static ModelParts of(Map<Role, Path> files, Optional<Path> tokenizer) {
    Map<Role, Path> ordered = new EnumMap<>(Role.class);
    ordered.putAll(files);
    return new ModelParts(ordered, tokenizer);
  }

  /** The same files and another one. */
  public ModelParts with(Role role, Path file) {
    Map<Role, Path> more = new EnumMap<>(Role.class);
    more.putAll(files);
    more.put(role, file);
    return new ModelParts(more, tokenizer);
  }

  /** The same files with a tokenizer. */
  public ModelParts withTokenizer(Path file) {
    return new ModelParts(files, Optional.of(file));
  }

  /**
   * Finds out what the files are, and whether they make a model. Headers are read, no weights.
   *
   * @throws io.zoetrope.pipeline.PipelineException if a file is not what it is named for, a part is
   *     missing, or they are of different models
   * @throws io.zoetrope.weights.WeightsException if a file is malformed
   */
  public ModelSource open() {
    return Assembly.of(files).model(tokenizer);
  }

  /**
   * As {@link #open}, of a model whose other parts are those of another one.
   *
   * @param model has what no file is named for, schedule and settings among it
   */
  public ModelSource openIn(ModelSource model) {
    return Assembly.of(files).in(model, tokenizer);
  }
}
