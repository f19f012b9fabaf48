package io.zoetrope.bench;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
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
  private record Nothing(long byteSize) implements Storage {}

  private final Map<String, Shape> shapes = new LinkedHashMap<>();

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
  public Tensor tensor(String name) {
    return tensor(name, shapes.get(name));
  }

  @Override
  public Tensor tensor(String name, Shape shape) {
    shapes.put(name, shape);
    Storage nothing = new Nothing(shape.count() * DType.F32.bytes());
    return Tensor.contiguous(nothing, 0, DType.F32, shape, Lifetime.UNBOUNDED);
  }

  @Override
  public String description() {
    return "a model's demands";
  }
}
