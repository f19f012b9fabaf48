package io.zoetrope.weights;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A source whose tensors have other names, such as those that another library gives them. */
public final class Renamed implements WeightSource {
  private final WeightSource source;
  private final Map<String, String> storedNames = new LinkedHashMap<>();

  /**
   * The tensors of a source under other names; closing closes the source.
   *
   * @param newName gives the new name of each tensor; a tensor without one is hidden
   * @throws WeightsException if two tensors would have the same name
   */
  public Renamed(WeightSource source, UnaryOperator<String> newName) {
    this.source = source;
    for (String stored : source.names()) {
      String name = newName.apply(stored);
      String other = name == null ? null : storedNames.put(name, stored);
      if (other != null) {
        throw new WeightsException(
            "%s: tensors '%s' and '%s' are both the weight '%s' of a model: is it one model's file?"
                .formatted(source.description(), other, stored, name));
      }
    }
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(storedNames.keySet());
  }

  @Override
  public StoredTensor tensor(String name) {
    return source.tensor(stored(name)).withName(name);
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    return source.tensor(stored(name), shape).withName(name);
  }

  private String stored(String name) {
    String stored = storedNames.get(name);
    if (stored == null) {
      throw new WeightsException("%s: has no tensor '%s'".formatted(description(), name));
    }
    return stored;
  }

  @Override
  public Map<String, String> metadata() {
    return source.metadata();
  }

  @Override
  public String description() {
    return source.description();
  }

  @Override
  public void close() {
    source.close();
  }
}
