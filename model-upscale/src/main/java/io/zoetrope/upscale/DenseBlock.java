package io.zoetrope.upscale;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.BiFunction;

/**
 * Convolutions each of which sees the block's input and what all before it have made (Huang et al.,
 * 2017): the channels grow.
 *
 * @param convs each gives as many channels as it says to the next
 */
record DenseBlock(List<Conv2d> convs) {
  /** How many pixels away a pixel has an effect. */
  int reach() {
    return convs.stream().mapToInt(Conv2d::reach).sum();
  }

  /**
   * Joins the input and what the convolutions make of it.
   *
   * @param x [1, height, width, channels]
   * @param activation applied to what each convolution makes; may work in place
   * @return [1, height, width, channels and those of all convolutions], in the current scope
   */
  Tensor grow(Ops ops, Tensor x, BiFunction<Ops, Tensor, Tensor> activation) {
    long channels = x.size(3);
    long grown = channels + convs.stream().mapToLong(conv -> conv.weight().size(0)).sum();
    Tensor all = ops.allocate(x.dtype(), x.shape().withLast(grown));
    ops.copyInto(all.narrow(3, 0, channels), x);
    for (Conv2d conv : convs) {
      long made = conv.weight().size(0);
      try (var _ = ops.scope()) {
        Tensor seen = ops.copy(all.narrow(3, 0, channels));
        Tensor out = activation.apply(ops, conv.forward(ops, seen));
        ops.copyInto(all.narrow(3, channels, made), out);
      }
      channels += made;
    }
    return all;
  }
}
