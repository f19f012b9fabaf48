package io.zoetrope.pipeline.family;

import io.zoetrope.ops.Backend;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.Weights;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A part of a model that is worked with alone: where its weights come from, and what is made of
 * them.
 *
 * @param <M> what is made of them
 * @param source opens the weights
 * @param loader demands every weight; must not compute
 */
public record Component<M>(Supplier<WeightSource> source, Function<Weights, M> loader) {
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
    return source.get();
  }

  /** Loads the model from weights that are open. */
  public M load(WeightSource weights, Backend device) {
    return loader.apply(Weights.of(weights, device));
  }
}
