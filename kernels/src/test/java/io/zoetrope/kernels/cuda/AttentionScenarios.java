package io.zoetrope.kernels.cuda;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.function.UnaryOperator;

/** Attention: biases, masks, large scores, ragged lengths, split keys. */
final class AttentionScenarios extends ReferenceComparison {
  AttentionScenarios(Ops tested) {
    super(tested);
  }

  void attention(DType dtype, int headDim, int queries, int keys) {
    int heads = 2;
    int features = heads * headDim;
    float scale = (float) (1 / Math.sqrt(headDim));
    Tensor q = values(dtype, queries, features);
    Tensor kv = values(dtype, keys, 2L * features + 8);
    Operation attention =
        (ops, t) ->
            ops.attention(
                t[0],
                t[1].narrow(1, 0, features),
                t[1].narrow(1, features + 8, features),
                heads,
                scale,
                t[2]);
    check(attention, q, kv, null);
    check(attention, q, kv, values(DType.F32, heads, queries, keys));
    check(attention, q, kv, masked(values(DType.F32, 1, 1, keys), 3));
    // Scores beyond the range of the exponential, unless the largest is taken away first.
    check(attention, changed(q, value -> 40 * value), kv, null);
    // A key beyond the last one, with a score of 0, would outweigh them all.
    check(attention, changed(q, value -> value + 3), changed(kv, value -> value - 3), null);
    check(attention, q, kv, changed(values(DType.F32, 1, 1, keys), value -> value - 30));
  }

  void attention(DType dtype, int headDim, int queries, int keys, int otherQueries, int otherKeys) {
    attention(dtype, headDim, queries, keys);
    attention(dtype, headDim, otherQueries, otherKeys);
  }

  /** Also with the head dim that the handbook speaks of. */
  void floatAttention() {
    attention(DType.F32, 21, 18, 35);
    attention(DType.F32, 128, 3, 17);
  }

  private static Tensor changed(Tensor tensor, UnaryOperator<Float> function) {
    Tensor changed = Tensor.zeros(tensor.dtype(), tensor.shape().sizes());
    float[] values = tensor.toFloats();
    for (int i = 0; i < values.length; i++) {
      Conversions.fromFloat(changed.segment(), tensor.dtype(), i, function.apply(values[i]));
    }
    return changed;
  }

  /** Few queries and many keys: the keys are split, and one split is masked. */
  void splitAttention() {
    Operation attention = (ops, t) -> ops.attention(t[0], t[1], t[2], 1, 0.2f, t[3]);
    Tensor q = values(DType.BF16, 5, 40);
    Tensor k = values(DType.BF16, 1300, 40);
    Tensor v = values(DType.BF16, 1300, 40);
    check(attention, q, k, v, null);
    check(attention, q, k, v, masked(values(DType.F32, 1, 5, 1300), 400));
  }

  /** The first keys of each query count nothing. */
  private static Tensor masked(Tensor bias, int masked) {
    long keys = bias.size(2);
    for (long i = 0; i < bias.count(); i++) {
      if (i % keys < masked) {
        Conversions.fromFloat(bias.segment(), DType.F32, i, Float.NEGATIVE_INFINITY);
      }
    }
    return bias;
  }
}
