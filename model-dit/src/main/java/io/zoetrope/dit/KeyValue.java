package io.zoetrope.dit;

import io.zoetrope.tensor.Tensor;

/**
 * What queries attend to.
 *
 * @param key [keys, dim]
 * @param value [keys, dim]
 */
public record KeyValue(Tensor key, Tensor value) {}
