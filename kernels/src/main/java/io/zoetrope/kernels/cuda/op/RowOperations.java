package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;
import static io.zoetrope.kernels.cuda.op.Launcher.rowStride;

import io.zoetrope.ops.Activation;
import io.zoetrope.tensor.Tensor;

/** Norms over the last dimension and rotations: a block or a warp for each row. */
public final class RowOperations {
  private static final int WARPS = 8;

  private final Launcher launcher;

  /** Row operations on a device. */
  public RowOperations(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Layer norm; weight and bias may be null. */
  public void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
    launcher.blocks(
        "layer_norm",
        rows(x),
        address(out),
        address(x),
        isBf16(x),
        address(weight),
        isBf16(weight),
        address(bias),
        isBf16(bias),
        x.intSize(-1),
        eps);
  }

  /** {@code out = layerNorm(x) * (1 + scale) + shift}. */
  public void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {
    launcher.blocks(
        "ada_layer_norm",
        rows(x),
        address(out),
        address(x),
        isBf16(x),
        address(shift),
        rowStride(shift),
        address(scale),
        rowStride(scale),
        x.intSize(-1),
        eps);
  }

  /** Root mean square norm. */
  public void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
    launcher.blocks(
        "rms_norm",
        rows(x),
        address(out),
        address(x),
        isBf16(x),
        address(weight),
        isBf16(weight),
        x.intSize(-1),
        eps);
  }

  /** Root mean square norm, rounded, then the rotation of {@link #ropeInPlace}. */
  public void rmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
    launcher.blocks(
        "rms_norm_rope",
        rows(x),
        address(out),
        address(x),
        isBf16(x),
        address(weight),
        isBf16(weight),
        address(cos),
        address(sin),
        x.intSize(1) / heads,
        x.intSize(1),
        eps);
  }

  /** Rotates the pairs (2i, 2i+1) of every head. */
  public void ropeInPlace(Tensor x, Tensor cos, Tensor sin, int heads) {
    launcher.elements(
        "rope",
        x.count(),
        address(x),
        isBf16(x),
        address(cos),
        address(sin),
        x.size(0),
        x.intSize(1),
        x.intSize(1) / heads);
  }

  /** The norm of the Wan VAE with an activation; {@code out} may be {@code x}. */
  public void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
    launcher.blocks(
        "channel_norm",
        Launcher.ceilDiv(rows(x), WARPS),
        address(out),
        address(x),
        isBf16(x),
        address(gamma),
        isBf16(gamma),
        rows(x),
        x.intSize(-1),
        activation.ordinal());
  }

  private static long rows(Tensor x) {
    return x.count() == 0 ? 0 : x.count() / x.size(-1);
  }
}
