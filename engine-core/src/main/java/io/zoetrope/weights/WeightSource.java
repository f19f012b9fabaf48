package io.zoetrope.weights;

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

  /** What to call this source in errors, e.g. its file name. */
  String description();
}
