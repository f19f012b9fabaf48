package io.zoetrope.weights;

import static io.zoetrope.files.Printable.quote;

import java.util.Collections;
import java.util.Map;
import java.util.Set;

/**
 * A file of tensors whose header has been read.
 *
 * @param <E> what the header says of a tensor
 */
abstract sealed class TensorFile<E> implements WeightSource permits GgufFile, SafetensorsFile {
  private final WeightFile file;
  private final Map<String, E> entries;

  /**
   * A file.
   *
   * @param entries by the names of the tensors
   */
  TensorFile(WeightFile file, Map<String, E> entries) {
    this.file = file;
    this.entries = entries;
  }

  /** Where the bytes are read, and how long they can be. */
  final WeightFile file() {
    return file;
  }

  /** The names of all tensors, in the order of their data or of the header. */
  @Override
  public final Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /**
   * What the header says of a tensor.
   *
   * @throws WeightsException if there is none of that name
   */
  final E entry(String name) {
    E entry = entries.get(name);
    if (entry == null) {
      throw new WeightsException("%s: has no tensor %s".formatted(file, quote(name)));
    }
    return entry;
  }

  /** The file's path, as it was given. */
  @Override
  public final String description() {
    return file.toString();
  }

  /** Closes the file; its tensors, and all made of them, cannot be used any more. */
  @Override
  public final void close() {
    file.close();
  }

  @Override
  public final String toString() {
    return file.toString();
  }
}
