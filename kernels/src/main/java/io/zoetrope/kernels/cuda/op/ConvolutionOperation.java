package io.zoetrope.kernels.cuda.op;

import static io.zoetrope.kernels.cuda.op.Launcher.address;
import static io.zoetrope.kernels.cuda.op.Launcher.isBf16;

import io.zoetrope.kernels.cuda.memory.DeviceStorage;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.CopyOperation.Copy;
import io.zoetrope.tensor.Tensor;

/** 3D convolutions: {@code conv3d_bf16.cu} on the tensor cores, {@code conv3d_f32.cu} otherwise. */
public final class ConvolutionOperation {
  private static final int TILE_PIXELS = 128;
  private static final int TILE_THREADS = 256;
  private static final int FLOAT_TILE = 64;

  private final Launcher launcher;
  private final StridedCopy copy;

  /** Convolutions on a device; the copy brings weights into the order of the kernels. */
  public ConvolutionOperation(Launcher launcher, StridedCopy copy) {
    this.launcher = launcher;
    this.copy = copy;
  }

  /** Runs a convolution. */
  public void run(Convolution op) {
    Tensor out = op.out();
    Tensor x = op.x();
    Tensor taps = channelsLast(op.weight());
    long pixels = out.count() / out.size(3);
    long[] shape = shape(out, x, op.history(), op.weight(), op.geometry());
    if (Launcher.fitTensorCores(x.size(3), out, x, op.history(), taps, op.residual())) {
      int columns = columns(out.size(3));
      launcher.tiles(
          "conv3d_bf16_" + columns,
          Launcher.ceilDiv(pixels, TILE_PIXELS) * Launcher.ceilDiv(out.size(3), columns),
          TILE_THREADS,
          192 * (TILE_PIXELS + columns),
          address(out),
          address(x),
          address(op.history()),
          address(taps),
          address(op.bias()),
          isBf16(op.bias()),
          address(op.residual()),
          shape);
    } else {
      launcher.blocks(
          "conv3d_f32",
          Launcher.ceilDiv(pixels, FLOAT_TILE) * Launcher.ceilDiv(out.size(3), FLOAT_TILE),
          address(out),
          address(x),
          address(op.history()),
          isBf16(x),
          address(taps),
          isBf16(taps),
          address(op.bias()),
          isBf16(op.bias()),
          address(op.residual()),
          shape);
    }
  }

  /** Width of the tiles that cover the channels with the least left over. */
  private static int columns(long channels) {
    return Launcher.ceilDiv(channels, 96) * 96 < Launcher.ceilDiv(channels, 128) * 128 ? 96 : 128;
  }

  /** The members of {@code ConvolutionShape} in {@code convolution.cuh}. */
  private static long[] shape(
      Tensor out, Tensor x, Tensor history, Tensor weight, ConvGeometry geometry) {
    return new long[] {
      history == null ? 0 : history.size(0),
      x.size(0),
      x.size(1),
      x.size(2),
      x.size(3),
      out.size(0),
      out.size(1),
      out.size(2),
      out.size(3),
      weight.size(2),
      weight.size(3),
      weight.size(4),
      geometry.strideFrames(),
      geometry.strideHeight(),
      geometry.strideWidth(),
      geometry.front(),
      geometry.top(),
      geometry.left(),
      geometry.upsample()
    };
  }

  /** The weight as [out channels, taps, in channels]. */
  public Tensor channelsLast(Tensor weight) {
    long taps = weight.size(2) * weight.size(3) * weight.size(4);
    if (taps == 1) {
      return weight;
    }
    Tensor ordered = weight.reshape(weight.size(0), weight.size(1), taps).permute(0, 2, 1);
    return DeviceStorage.derivedFrom(
        weight, ordered.shape(), out -> copy.run(new Copy(out, ordered)));
  }
}
