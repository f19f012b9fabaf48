package io.zoetrope.pipeline.parts;

import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;

/** What names and shapes of tensors tell about the sizes of a model. */
final class Shapes {
  private Shapes() {}

  /** How many layers have a number below a name, from 0 on without a gap. */
  static int count(WeightSource source, String name) {
    String start = name + ".";
    int count = 0;
    while (hasAny(source, start + count + ".")) {
      count++;
    }
    return count;
  }

  private static boolean hasAny(WeightSource source, String start) {
    return source.names().stream().anyMatch(name -> name.startsWith(start));
  }

  /**
   * The shape of a tensor.
   *
   * @throws WeightsException if there is none, or it has another number of dimensions
   */
  static Shape of(WeightSource source, String name, int rank) {
    Shape shape = source.tensor(name).shape();
    if (shape.rank() != rank) {
      throw new WeightsException(
          "%s: tensor '%s' has shape %s, where %d dimensions were expected"
              .formatted(source.description(), name, shape, rank));
    }
    return shape;
  }
}
