package io.zoetrope.dit;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What queries attend to.
 *
 * @param key [keys, dim]
 * @param value [keys, dim]
 */
public record KeyValue(Tensor key, Tensor value) {
  /** Uninitialised keys and values for so many blocks, in the current scope. */
  public static List<KeyValue> allocate(
      Ops ops, DType dtype, int blocks, long keys, long features) {
    Tensor all = ops.allocate(dtype, Shape.of(blocks, 2, keys, features));
    return IntStream.range(0, blocks)
        .mapToObj(i -> new KeyValue(all.select(0, i).select(0, 0), all.select(0, i).select(0, 1)))
        .toList();
  }
}
