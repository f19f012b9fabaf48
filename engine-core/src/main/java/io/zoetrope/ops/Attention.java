package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Scaled dot-product attention, {@code softmax(scale * q k^T + bias) v} for each head.
 *
 * @param out [queries, heads * head dim]
 * @param q [queries, heads * head dim]; rows may be strided, as those of k and v
 * @param k [keys, heads * head dim]
 * @param v [keys, heads * head dim]
 * @param bias F32, [heads or 1, queries or 1, keys], or null
 */
public record Attention(
    Tensor out, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias)
    implements Operation {
  static Attention of(
      Operands operands, Tensor q, Tensor k, Tensor v, int heads, float scale, Tensor bias) {
    String name = "attention";
    operands.open(name, q, k, v);
    operands.require(
        Operands.rowsContiguous(q) && Operands.rowsContiguous(k) && Operands.rowsContiguous(v),
        name,
        "q %s, k %s and v %s must be matrices with contiguous rows",
        q,
        k,
        v);
    operands.require(
        q.size(1) == k.size(1) && k.shape().equals(v.shape()) && k.size(0) > 0,
        name,
        "q %s, k %s and v %s do not fit each other",
        q,
        k,
        v);
    operands.require(
        q.dtype() == k.dtype() && k.dtype() == v.dtype(),
        name,
        "q %s, k %s, v %s: dtypes",
        q,
        k,
        v);
    operands.require(
        heads > 0 && q.size(1) % heads == 0, name, "q %s does not split in %d heads", q, heads);
    if (bias != null) {
      operands.contiguous(name, bias);
      operands.require(
          bias.dtype() == DType.F32
              && bias.shape().rank() == 3
              && (bias.size(0) == heads || bias.size(0) == 1)
              && (bias.size(1) == q.size(0) || bias.size(1) == 1)
              && bias.size(2) == k.size(0),
          name,
          "bias %s does not fit %d heads, q %s and k %s",
          bias,
          heads,
          q,
          k);
    }
    return new Attention(operands.result(q.dtype(), q.shape()), q, k, v, heads, scale, bias);
  }

  @Override
  public void runIn(OperationParts parts) {
    parts.attention().accept(this);
  }

  @Override
  public String name() {
    return "attention";
  }

  @Override
  public List<Tensor> inputs() {
    return Operation.present(q, k, v, bias);
  }

  @Override
  public long matrixFlops() {
    return 4 * q.count() * k.size(0);
  }
}
