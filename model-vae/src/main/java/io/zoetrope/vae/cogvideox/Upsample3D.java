package io.zoetrope.vae.cogvideox;

import io.zoetrope.nn.Conv2d;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.Weights;

/**
 * Doubles height and width in front of a convolution, and, where it compresses time, the frame rate
 * by repeating frames ({@code CogVideoXUpsample3D} in diffusers). The convolution takes each frame
 * for itself, so that repeating its results is the same as repeating what it takes.
 */
record Upsample3D(Conv2d conv, boolean compressTime) implements Resample3D {
  static Upsample3D load(Weights weights, long channels, boolean compressTime) {
    Conv2d conv = Conv2d.load(weights.at("conv"), channels, channels, 3);
    return new Upsample3D(conv.upsampled(), compressTime);
  }

  @Override
  public Tensor forward(Ops ops, Tensor x) {
    Tensor large = conv.forward(ops, x);
    return compressTime && x.size(0) > 1 ? repeated(ops, large) : large;
  }

  private static Tensor repeated(Ops ops, Tensor x) {
    int alone = FrameBatches.firstStandsAlone(x.size(0)) ? 1 : 0;
    long count = x.size(0) - alone;
    Tensor out =
        ops.allocate(
            x.dtype(), Shape.of(FrameBatches.doubled(x.size(0)), x.size(1), x.size(2), x.size(3)));
    ops.copyInto(out.narrow(0, 0, alone), x.narrow(0, 0, alone));
    Tensor pairs =
        out.narrow(0, alone, 2 * count).reshape(count, 2, x.size(1), x.size(2), x.size(3));
    for (int i = 0; i < 2; i++) {
      ops.copyInto(pairs.select(1, i), x.narrow(0, alone, count));
    }
    return out;
  }
}
