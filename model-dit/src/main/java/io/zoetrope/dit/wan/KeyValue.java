package io.zoetrope.dit.wan;

import io.zoetrope.tensor.Tensor;

/**
 * What queries attend to.
 *
 * @param key [keys, dim]
 * @param value [keys, dim]
 */
record KeyValue(Tensor key, Tensor value) {}
