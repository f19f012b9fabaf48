package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.Shape;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;

/**
 * Named tensors, wherever and however they are stored: a file, the shards of a checkpoint, or
 * another source under other names.
 */
public interface WeightSource extends AutoCloseable {
  /**
   * Opens a file of weights in a format that is known, found by its first bytes: safetensors or
   * GGUF. Weights that are stored with scales are decoded with them.
   *
   * @throws WeightsException if it cannot be read or is no such file
   */
  static WeightSource open(Path file) {
    return WeightFile.open(
        file,
        opened ->
            GgufFile.isGguf(opened)
                ? GgufFile.read(opened)
                : ScaledWeights.of(SafetensorsFile.read(opened)));
  }

  /** The names of all tensors. */
  Set<String> names();

  /**
   * The tensor of a name, to be read as long as the source is open.
   *
   * @throws WeightsException if there is none of that name
   */
  StoredTensor tensor(String name);

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
  default StoredTensor tensor(String name, Shape shape) {
    return tensor(name);
  }

  /** In which form one of its tensors stays in memory from one product to the next. */
  default Residence residence(StoredTensor tensor) {
    return Residence.PACKED;
  }

  /** Bytes that all tensors together take where they are stored. */
  default long byteSize() {
    return names().stream().map(this::tensor).mapToLong(StoredTensor::byteSize).sum();
  }

  /** Bytes of memory that it keeps while tensors are read, beside what they become. */
  default long readingBytes() {
    return 0;
  }

  /** Free-form strings beside the tensors; empty if there are none. */
  default Map<String, String> metadata() {
    return Map.of();
  }

  /** What to call this source in errors, e.g. its file name. */
  String description();

  /** Closes the files; tensors, and all that was made of them, cannot be used any more. */
  @Override
  default void close() {}
}
