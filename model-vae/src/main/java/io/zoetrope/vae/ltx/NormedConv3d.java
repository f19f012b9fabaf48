package io.zoetrope.vae.ltx;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.Layer;

/**
 * The first convolution of an encoder or decoder, or the last one behind its norm.
 *
 * @param norm null for none
 */
record NormedConv3d(PixelNorm norm, CausalConv3d conv) implements Layer {
  @Override
  public int lookAhead() {
    return conv.lookAhead();
  }

  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    if (norm == null) {
      return conv.forward(ops, x, cache);
    }
    ops.tap("norm_out", () -> PixelNorm.alone(ops, x));
    return conv.forward(ops, norm.forward(ops, x), cache);
  }
}
