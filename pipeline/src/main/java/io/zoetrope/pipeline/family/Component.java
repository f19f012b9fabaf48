package io.zoetrope.pipeline.family;

import io.zoetrope.ops.Backend;
import io.zoetrope.weights.Checkpoint;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.nio.file.Path;
import java.util.function.Function;

/**
 * A part of a model that is worked with alone: where its weights lie, and what is made of them.
 *
 * @param <M> what is made of them
 * @param folder folder of the weights
 * @param baseName their file's name without ending, or that of an index of shards
 * @param loader demands every weight; must not compute
 */
public record Component<M>(Path folder, String baseName, Function<Weights, M> loader) {
  /** File name, without ending, that diffusers gives to the weights of its components. */
  public static final String DIFFUSERS = "diffusion_pytorch_model";

  /** File name, without ending, that transformers gives to the weights of its models. */
  public static final String TRANSFORMERS = "model";

  /**
   * Opens the weights and loads the model, for as long as the result is open.
   *
   * @throws io.zoetrope.weights.WeightsException if a file is missing or malformed, or the weights
   *     are not those that the model's configuration asks for
   */
  public Opened<M> open(Backend device) {
    WeightSource weights = weights();
    boolean loaded = false;
    try {
      Opened<M> opened = new Opened<>(weights, load(weights, device));
      loaded = true;
      return opened;
    } finally {
      if (!loaded) {
        weights.close();
      }
    }
  }

  /**
   * Opens the weights alone.
   *
   * @throws io.zoetrope.weights.WeightsException if a file is missing or malformed
   */
  public WeightSource weights() {
    return Checkpoint.open(folder, baseName);
  }

  /** Loads the model from weights that are open. */
  public M load(WeightSource weights, Backend device) {
    return loader.apply(Weights.of(weights, device));
  }
}
