package io.zoetrope.upscale;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Five convolutions, densely connected, whose last one is added to their input ({@code
 * ResidualDenseBlock} in BasicSR).
 *
 * @param dense all but the last
 * @param last back to the channels of the input
 */
record ResidualDenseBlock(DenseBlock dense, Conv2d last) {
  private static final int CONVOLUTIONS = 5;

  /** How much of what it makes a block adds. */
  static final double RESIDUAL_SCALE = 0.2;

  static ResidualDenseBlock load(Weights weights, long features, long growth) {
    List<Conv2d> convs =
        IntStream.range(0, CONVOLUTIONS)
            .mapToObj(i -> {
              boolean isLast = i == CONVOLUTIONS - 1;
              Weights conv = weights.at("conv" + (i + 1));
              return Conv2d.load(conv, features + i * growth, isLast ? features : growth, 3);
            })
            .toList();
    return new ResidualDenseBlock(
        new DenseBlock(convs.subList(0, CONVOLUTIONS - 1)), convs.getLast());
  }

  /** How many pixels away a pixel has an effect. */
  int reach() {
    return dense.reach() + last.reach();
  }

  /** Adds what the block makes to {@code x}, in place. */
  void forward(Ops ops, Tensor x) {
    try (var _ = ops.scope()) {
      Tensor out = last.forward(ops, dense.grow(ops, x, RRDBNet::activate));
      ops.linearCombinationInto(x, new double[] {1, RESIDUAL_SCALE}, x, out);
    }
  }
}
