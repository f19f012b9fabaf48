package io.zoetrope.pipeline;

import io.zoetrope.weights.Checkpoint;
import java.nio.file.Path;
import java.util.function.Function;

/** Opens weight files so that none stays open when a model cannot be made of them. */
final class WeightFiles {
  /** File name, without ending, that diffusers gives to the weights of its components. */
  static final String DIFFUSERS = "diffusion_pytorch_model";

  /** File name, without ending, that transformers gives to the weights of its models. */
  static final String TRANSFORMERS = "model";

  private WeightFiles() {}

  /** What {@code loader} makes of a component's weights; they are closed if it throws. */
  static <T> T load(Path folder, String baseName, Function<Checkpoint, T> loader) {
    Checkpoint checkpoint = Checkpoint.open(folder, baseName);
    boolean loaded = false;
    try {
      T result = loader.apply(checkpoint);
      loaded = true;
      return result;
    } finally {
      if (!loaded) {
        checkpoint.close();
      }
    }
  }
}
