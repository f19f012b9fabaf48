package io.zoetrope.bench;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.pipeline.family.Component;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.weights.WeightSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Has every tensor that a model demands, without elements, and remembers them: loading a model from
 * it tells the names and shapes of that model's checkpoint.
 */
final class DemandedShapes implements WeightSource {
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  /** The tensors of a component's checkpoint. */
  static Map<String, Shape> of(Component<?> component) {
    DemandedShapes demanded = new DemandedShapes();
    try (Backend dry = new DryRunBackend()) {
      component.load(demanded, dry);
    }
    return demanded.shapes();
  }

  /** What was demanded so far, in that order. */
  Map<String, Shape> shapes() {
    return Collections.unmodifiableMap(shapes);
  }

  @Override
  public Set<String> names() {
    return shapes.keySet();
  }

  @Override
  public boolean has(String name) {
    return true;
  }

  @Override
  public StoredTensor tensor(String name) {
    return tensor(name, shapes.get(name));
  }

  @Override
  public StoredTensor tensor(String name, Shape shape) {
    shapes.put(name, shape);
    return StoredTensor.withoutElements(name, DType.F32, shape);
  }

  @Override
  public String description() {
    return "a model's demands";
  }
}
