package io.zoetrope.lora;

import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import java.nio.file.Path;

/** The transformer of a small Wan, and the LoRA files that were made for it. */
final class SmallModel {
  private SmallModel() {}

  static WeightSource open() {
    Path transformer = Fixtures.path("wan21-t2v-tiny/transformer");
    return Checkpoint.open(transformer, "diffusion_pytorch_model");
  }

  static Path lora(String name) {
    return Fixtures.path("lora/lora/" + name + ".safetensors");
  }

  /** How all of a file fits a model. */
  static LoraFit fit(LoraFile file, WeightSource model, double weight) {
    return LoraFit.of(file, _ -> true, model, SmallModel::original, weight);
  }

  /** What a weight is called in the model's original release. */
  private static String original(String name) {
    return name.replace("attn1.", "self_attn.")
        .replace("attn2.", "cross_attn.")
        .replace(".to_out.0.", ".o.")
        .replace(".to_", ".")
        .replace("ffn.net.0.proj.", "ffn.0.")
        .replace("ffn.net.2.", "ffn.2.")
        .replace("norm2.", "norm3.")
        .replace("proj_out.", "head.head.")
        .replaceFirst("^scale_shift_table$", "head.modulation")
        .replace("scale_shift_table", "modulation")
        .replace("condition_embedder.time_proj", "time_projection.1")
        .replaceFirst("condition_embedder.(t\\w+)_embedder.linear_1", "$1_embedding.0")
        .replaceFirst("condition_embedder.(t\\w+)_embedder.linear_2", "$1_embedding.2");
  }
}
