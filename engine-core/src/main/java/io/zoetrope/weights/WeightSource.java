package io.zoetrope.weights;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Set;

/** Named tensors in host memory: a safetensors file, or the shards of a checkpoint. */
public interface WeightSource {
  /** The names of all tensors. */
  Set<String> names();

  /**
   * The tensor of a name, contiguous and read-only, alive as long as the source is open.
   *
   * @throws WeightsException if there is none of that name
   */
  Tensor tensor(String name);

  /** Whether there is a tensor of a name. */
  default boolean has(String name) {
    return names().contains(name);
  }

  /**
   * The tensor that a model demands. A source that makes tensors up gives it the shape; others give
   * what they hold.
   *
   * @param shape what the model needs, not checked here
   * @throws WeightsException if there is none of that name
   */
  default Tensor tensor(String name, Shape shape) {
    return tensor(name);
  }

  /** What to call this source in errors, e.g. its file name. */
  String description();
}
