package io.zoetrope.pipeline.family;

import io.zoetrope.weights.WeightSource;

/**
 * A part of a model whose weights are open.
 *
 * @param weights closed with this
 * @param model of those weights, usable until then
 */
public record Opened<M>(WeightSource weights, M model) implements AutoCloseable {
  @Override
  public void close() {
    weights.close();
  }
}
