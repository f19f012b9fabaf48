package io.zoetrope.vae.cogvideox;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Halves height and width by a convolution, and before that, where it compresses time, the frame
 * rate by the mean of two frames ({@code CogVideoXDownsample3D} in diffusers).
 */
record Downsample3D(Conv2d conv, boolean compressTime) implements Resample3D {
  static Downsample3D load(Weights weights, long channels, boolean compressTime) {
    Conv2d conv = Conv2d.load(weights.at("conv"), channels, channels, 3);
    return new Downsample3D(conv.downsampled(), compressTime);
  }

  @Override
  public Tensor forward(Ops ops, Tensor x) {
    return conv.forward(ops, compressTime ? meansOfPairs(ops, x) : x);
  }

  private static Tensor meansOfPairs(Ops ops, Tensor x) {
    long frames = FrameBatches.halved(x.size(0));
    Tensor out = ops.allocate(x.dtype(), Shape.of(frames, x.size(1), x.size(2), x.size(3)));
    int alone = FrameBatches.firstStandsAlone(x.size(0)) ? 1 : 0;
    ops.copyInto(out.narrow(0, 0, alone), x.narrow(0, 0, alone));
    for (long i = alone; i < frames; i++) {
      long pair = 2 * i - alone;
      Tensor mean = out.narrow(0, i, 1);
      double[] halves = {0.5, 0.5};
      ops.linearCombinationInto(mean, halves, x.narrow(0, pair, 1), x.narrow(0, pair + 1, 1));
    }
    return out;
  }
}
