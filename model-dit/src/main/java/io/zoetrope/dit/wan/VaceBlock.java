package io.zoetrope.dit.wan;

import io.zoetrope.nn.Linear;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.PendingProduct;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * One layer of the control branch ({@code WanVACETransformerBlock} in diffusers): a block as those
 * of the main branch, and a projection of what leaves it to a hint.
 *
 * @param block updates the branch's tokens
 * @param projOut tokens to a hint
 */
record VaceBlock(WanBlock block, Linear projOut) {
  /**
   * Reads a block.
   *
   * @param weights of this block
   * @param number its place in the branch
   */
  static VaceBlock load(Weights weights, WanConfig config, int number) {
    String name = "vace_blocks." + number;
    long dim = config.innerDim();
    return new VaceBlock(
        WanBlock.load(weights, config, name, config.numLayers() + number),
        Linear.load(weights.at("proj_out"), dim, dim));
  }

  /**
   * Projects the branch's tokens to the hint that is added to those of the main branch.
   *
   * @param stream [tokens, dim], as this block has left them
   * @return [tokens, dim]
   */
  PendingProduct hint(Ops ops, Tensor stream) {
    try (var scope = ops.scope(block.name() + "/proj_out")) {
      return scope.hold(projOut.product(ops, stream));
    }
  }
}
