package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;
import static io.zoetrope.kernels.cuda.op.Launcher.rowStride;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.RowOperation;
import io.zoetrope.ops.RowOperation.AdaLayerNorm;
import io.zoetrope.ops.RowOperation.AddGated;
import io.zoetrope.ops.RowOperation.ChannelNorm;
import io.zoetrope.ops.RowOperation.GroupNorm;
import io.zoetrope.ops.RowOperation.LayerNorm;
import io.zoetrope.ops.RowOperation.RmsNorm;
import io.zoetrope.ops.RowOperation.RmsNormRope;
import io.zoetrope.ops.RowOperation.Rope;
import io.zoetrope.tensor.Tensor;

/** Norms over the last dimension, rotations, and sums with a gate for each row. */
public final class RowOperations {
  private static final int WARPS = 8;

  /** Elements of a group that a block measures: some for each of its threads. */
  private static final int PART_ELEMENTS = 1 << 14;

  /** Floats that a block leaves: the members of a part in {@code group_norm.cu}. */
  private static final int MOMENTS = 3;

  private final Launcher launcher;

  /** Row operations on a device. */
  public RowOperations(Launcher launcher) {
    this.launcher = launcher;
  }

  /** Runs an operation. */
  public void run(RowOperation operation) {
    switch (operation) {
      case LayerNorm op -> layerNorm(op.out(), op.x(), op.weight(), op.bias(), op.eps());
      case AdaLayerNorm op -> adaLayerNorm(op.out(), op.x(), op.shift(), op.scale(), op.eps());
      case RmsNorm op -> rmsNorm(op.out(), op.x(), op.weight(), op.eps());
      case RmsNormRope op -> rmsNormRope(op);
      case ChannelNorm op -> channelNorm(op.out(), op.x(), op.gamma(), op.activation());
      case GroupNorm op -> groupNorm(op);
      case Rope op -> rope(op.out(), op.cos(), op.sin(), op.heads());
      case AddGated op -> addGated(op.out(), op.y(), op.gate());
    }
  }

  private void layerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps) {
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

  private void adaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps) {
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

  private void rmsNorm(Tensor out, Tensor x, Tensor weight, float eps) {
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

  private void rmsNormRope(RmsNormRope op) {
    Tensor x = op.x();
    launcher.blocks(
        "rms_norm_rope",
        rows(x),
        address(op.out()),
        address(x),
        isBf16(x),
        address(op.weight()),
        isBf16(op.weight()),
        address(op.cos()),
        address(op.sin()),
        x.intSize(1) / op.heads(),
        x.intSize(1),
        op.eps());
  }

  private void groupNorm(GroupNorm op) {
    Tensor x = op.x();
    if (x.count() == 0) {
      return;
    }
    int channels = x.intSize(-1);
    long positions = x.count() / channels / x.size(0);
    long positionsOfPart = Math.max(1, PART_ELEMENTS / (channels / op.groups()));
    long parts = Launcher.ceilDiv(positions, positionsOfPart);
    long[] split = {positions, positionsOfPart, parts};
    long blocks = x.size(0) * op.groups() * parts;
    long moments = launcher.workspace().atLeast(blocks * MOMENTS * Float.BYTES);
    launcher.blocks(
        "group_norm_moments", blocks, moments, address(x), isBf16(x), split, channels, op.groups());
    launcher.blocks(
        "group_norm",
        blocks,
        address(op.out()),
        address(x),
        isBf16(x),
        address(op.weight()),
        isBf16(op.weight()),
        address(op.bias()),
        isBf16(op.bias()),
        moments,
        split,
        channels,
        op.groups(),
        op.eps(),
        op.activation().ordinal());
  }

  private void rope(Tensor x, Tensor cos, Tensor sin, int heads) {
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

  private void channelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation) {
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

  private void addGated(Tensor x, Tensor y, Tensor gate) {
    launcher.elements(
        "gated_add",
        x.count(),
        address(x),
        isBf16(x),
        address(y),
        isBf16(y),
        address(gate),
        rowStride(gate),
        x.size(0),
        x.intSize(1));
  }

  private static long rows(Tensor x) {
    return x.count() == 0 ? 0 : x.count() / x.size(-1);
  }
}
