package io.zoetrope.upscale;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Three residual dense blocks inside a residual of their own ({@code RRDB} in BasicSR).
 *
 * @param blocks one after the other
 */
record ResidualInResidualBlock(List<ResidualDenseBlock> blocks) {
  private static final int BLOCKS = 3;

  static ResidualInResidualBlock load(Weights weights, long features, long growth) {
    return new ResidualInResidualBlock(
        IntStream.rangeClosed(1, BLOCKS)
            .mapToObj(i -> ResidualDenseBlock.load(weights.at("rdb" + i), features, growth))
            .toList());
  }

  /** How many pixels away a pixel has an effect. */
  int reach() {
    return blocks.stream().mapToInt(ResidualDenseBlock::reach).sum();
  }

  /** Adds what the blocks make to {@code x}, in place. */
  void forward(Ops ops, Tensor x) {
    try (var _ = ops.scope()) {
      Tensor out = ops.copy(x);
      for (ResidualDenseBlock block : blocks) {
        block.forward(ops, out);
      }
      double scale = ResidualDenseBlock.RESIDUAL_SCALE;
      ops.linearCombinationInto(x, new double[] {1, scale}, x, out);
    }
  }
}
