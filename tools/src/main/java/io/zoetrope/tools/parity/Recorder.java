package io.zoetrope.tools.parity;

import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Keeps every intermediate result of a run by its path, in the order of appearance. */
final class Recorder implements Tracer {
  /** A copy of a tensor's elements in row-major order. */
  record Recorded(Shape shape, float[] values) {}

  private final Map<String, List<Recorded>> tensors = new LinkedHashMap<>();

  @Override
  public boolean wants(String path) {
    return true;
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    tensors
        .computeIfAbsent(path, _ -> new ArrayList<>())
        .add(new Recorded(tensor.shape(), tensor.toFloats()));
  }

  /** All results of a path; empty if there is none. */
  List<Recorded> all(String path) {
    return tensors.getOrDefault(path, List.of());
  }

  /** The only result of a path, or null. */
  Recorded only(String path) {
    List<Recorded> all = all(path);
    return all.size() == 1 ? all.getFirst() : null;
  }
}
