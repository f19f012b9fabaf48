package io.zoetrope.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Writes a model with random weights: the names, shapes and dtypes of a Wan 2.1 model, which is
 * what its speed depends on. Tokenizer, schedule and index are those of another model.
 */
final class RandomModel {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ModelSizes sizes;
  private final Path pattern;
  private final RandomLayout layout;

  /**
   * A model to be written.
   *
   * @param pattern model folder that gives tokenizer, schedule and index
   */
  RandomModel(ModelSizes sizes, Path pattern, RandomLayout layout) {
    this.sizes = sizes;
    this.pattern = pattern;
    this.layout = layout;
  }

  /**
   * Writes the folder under a temporary name, and renames it.
   *
   * @param folder must not exist yet; its parent must
   * @throws PipelineException if it exists, or cannot be written
   */
  void write(Path folder) {
    if (Files.exists(folder)) {
      throw new PipelineException("%s exists already; choose another name".formatted(folder));
    }
    Path temporary = folder.resolveSibling(folder.getFileName() + "." + UUID.randomUUID() + ".tmp");
    try {
      Files.createDirectory(temporary);
      try {
        writeTo(temporary);
        Files.move(temporary, folder);
      } finally {
        deleteAll(temporary);
      }
    } catch (IOException e) {
      throw new PipelineException("%s cannot be written: %s".formatted(folder, e), e);
    }
  }

  private void writeTo(Path folder) throws IOException {
    Files.copy(pattern.resolve("model_index.json"), folder.resolve("model_index.json"));
    copyFolder(pattern.resolve("tokenizer"), folder.resolve("tokenizer"));
    copyFolder(pattern.resolve("scheduler"), folder.resolve("scheduler"));
    writeConfiguration(folder.resolve("transformer"), transformerConfig());
    writeConfiguration(folder.resolve("vae"), vaeConfig());
    writeConfiguration(folder.resolve("text_encoder"), textEncoderConfig());
    FamilyModel model =
        Family.open(ModelFolder.open(folder), new ModelPrecision(DType.F32, DType.F32));
    layout.write(folder, model);
  }

  // ---------------------------------------------------------------- configurations

  private Map<String, Object> transformerConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("_class_name", "WanTransformer3DModel");
    config.put("patch_size", List.of(1, 2, 2));
    config.put("num_attention_heads", sizes.heads());
    config.put("attention_head_dim", sizes.headDim());
    config.put("in_channels", 16);
    config.put("out_channels", 16);
    config.put("text_dim", sizes.textDim());
    config.put("freq_dim", 256);
    config.put("ffn_dim", sizes.ffnDim());
    config.put("num_layers", sizes.layers());
    config.put("cross_attn_norm", true);
    config.put("qk_norm", "rms_norm_across_heads");
    config.put("eps", 1e-6);
    config.put("rope_max_seq_len", 1024);
    return config;
  }

  private Map<String, Object> vaeConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("_class_name", "AutoencoderKLWan");
    config.put("base_dim", sizes.vaeBaseDim());
    config.put("z_dim", 16);
    config.put("dim_mult", List.of(1, 2, 4, 4));
    config.put("num_res_blocks", 2);
    config.put("attn_scales", List.of());
    config.put("temperal_downsample", List.of(false, true, true));
    return config;
  }

  private Map<String, Object> textEncoderConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("architectures", List.of("UMT5EncoderModel"));
    config.put("model_type", "umt5");
    config.put("vocab_size", sizes.vocabulary());
    config.put("d_model", sizes.textDim());
    config.put("d_kv", 64);
    config.put("d_ff", sizes.textFfnDim());
    config.put("num_layers", sizes.textLayers());
    config.put("num_heads", sizes.textHeads());
    config.put("relative_attention_num_buckets", 32);
    config.put("relative_attention_max_distance", 128);
    config.put("feed_forward_proj", "gated-gelu");
    config.put("layer_norm_epsilon", 1e-6);
    return config;
  }

  private static void writeConfiguration(Path folder, Map<String, Object> config)
      throws IOException {
    Files.createDirectory(folder);
    JSON.writerWithDefaultPrettyPrinter()
        .writeValue(folder.resolve("config.json").toFile(), config);
  }

  // ---------------------------------------------------------------- files

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName().toString()));
      }
    }
  }

  static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException e)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
