package io.zoetrope.vae.cogvideox;

import io.zoetrope.nn.GroupNorm;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/** Group normalisation over all frames of a chunk. */
record GroupNorm3D(GroupNorm norm) implements ChunkNorm {
  static GroupNorm3D load(Weights weights, long channels, int groups, double eps) {
    return new GroupNorm3D(GroupNorm.load(weights, channels, groups, (float) eps));
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, Tensor latents) {
    return forward(ops, x, Activation.SILU);
  }

  Tensor forward(Ops ops, Tensor x, Activation activation) {
    Tensor sample = x.reshape(1, x.size(0), x.size(1), x.size(2), x.size(3));
    return norm.forward(ops, sample, activation).reshape(x.shape().sizes());
  }
}
