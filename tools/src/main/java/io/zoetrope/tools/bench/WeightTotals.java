package io.zoetrope.tools.bench;

import io.zoetrope.weights.WeightSource;

/**
 * How large weights are.
 *
 * @param bytes as they are stored
 * @param parameters number of elements
 */
public record WeightTotals(long bytes, long parameters) {
  static final WeightTotals NONE = new WeightTotals(0, 0);

  static WeightTotals of(WeightSource source) {
    return source.names().stream()
        .map(source::tensor)
        .map(tensor -> new WeightTotals(tensor.byteSize(), tensor.count()))
        .reduce(NONE, WeightTotals::plus);
  }

  WeightTotals plus(WeightTotals other) {
    return new WeightTotals(bytes + other.bytes, parameters + other.parameters);
  }
}
