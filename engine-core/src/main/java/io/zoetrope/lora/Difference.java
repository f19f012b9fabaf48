package io.zoetrope.lora;

import io.zoetrope.encoding.StoredTensor;

/**
 * A tensor of the weight's own size, times a factor.
 *
 * @param tensor with the elements of the weight, in order
 */
record Difference(StoredTensor tensor, float factor) implements Change {
  @Override
  public void apply(long first, int count, float[] out) {
    float[] elements = new float[count];
    tensor.read(first, elements, 0, count);
    for (int i = 0; i < count; i++) {
      out[i] += factor * elements[i];
    }
  }

  @Override
  public long keptBytes() {
    return 0;
  }
}
