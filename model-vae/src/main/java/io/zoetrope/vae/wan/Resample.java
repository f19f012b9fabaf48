package io.zoetrope.vae.wan;

import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.CausalConv3d;
import io.zoetrope.vae.layer.FrameCache;
import io.zoetrope.vae.layer.FramePadding;
import io.zoetrope.vae.layer.Layer;
import io.zoetrope.weights.Weights;

/**
 * Halves or doubles height and width, and with a time convolution the frames of every chunk but the
 * first too ({@code WanResample} in diffusers).
 *
 * @param mode what is resampled
 * @param conv over each frame: 3x3, of doubled size for upsampling, with stride 2 for downsampling
 * @param timeConv over time: to twice the channels for {@link Mode#UPSAMPLE3D}, with stride 2 for
 *     {@link Mode#DOWNSAMPLE3D}, null otherwise
 */
public record Resample(Mode mode, CausalConv3d conv, CausalConv3d timeConv) implements Layer {
  /** Direction, and whether time is resampled too. */
  public enum Mode {
    UPSAMPLE2D(true, false),
    UPSAMPLE3D(true, true),
    DOWNSAMPLE2D(false, false),
    DOWNSAMPLE3D(false, true);

    private final boolean up;
    private final boolean temporal;

    Mode(boolean up, boolean temporal) {
      this.up = up;
      this.temporal = temporal;
    }

    static Mode up(boolean temporal) {
      return temporal ? UPSAMPLE3D : UPSAMPLE2D;
    }

    static Mode down(boolean temporal) {
      return temporal ? DOWNSAMPLE3D : DOWNSAMPLE2D;
    }
  }

  private static final ConvGeometry DOUBLE_SIZE = ConvGeometry.causal(0, 1).upsampled();
  private static final ConvGeometry HALF_SIZE = new ConvGeometry(1, 2, 2, 0, 0, 1, 0, 1);
  private static final ConvGeometry HALF_FRAMES = new ConvGeometry(2, 1, 1, 0, 0, 0, 0, 0);

  /**
   * A layer over weights as they are stored.
   *
   * @param weight {@code resample.1.weight}, [out channels, channels, 3, 3]
   * @param bias {@code resample.1.bias}, [out channels]
   * @param timeWeight {@code time_conv.weight}, [2 * channels or channels, channels, 3, 1, 1], or
   *     null
   * @param timeBias {@code time_conv.bias}, or null
   */
  public static Resample of(
      Mode mode, Tensor weight, Tensor bias, Tensor timeWeight, Tensor timeBias) {
    Tensor weight3d = weight.reshape(weight.size(0), weight.size(1), 1, 3, 3);
    return new Resample(
        mode,
        new CausalConv3d(weight3d, bias, mode.up ? DOUBLE_SIZE : HALF_SIZE, FramePadding.ZEROS),
        switch (mode) {
          case UPSAMPLE3D -> new CausalConv3d(timeWeight, timeBias, FramePadding.ZEROS);
          case DOWNSAMPLE3D ->
              new CausalConv3d(timeWeight, timeBias, HALF_FRAMES, FramePadding.ZEROS);
          case UPSAMPLE2D, DOWNSAMPLE2D -> null;
        });
  }

  static Resample load(Weights weights, Mode mode, long channels, long outChannels) {
    Weights conv = weights.at("resample").at(1);
    Weights time = weights.at("time_conv");
    long timeChannels = mode.up ? 2 * channels : channels;
    return of(
        mode,
        conv.get("weight", outChannels, channels, 3, 3),
        conv.get("bias", outChannels),
        mode.temporal ? time.get("weight", timeChannels, channels, 3, 1, 1) : null,
        mode.temporal ? time.get("bias", timeChannels) : null);
  }

  @Override
  public boolean changesFrameRate() {
    return mode.temporal;
  }

  /**
   * [frames, height, width, channels] to [frames out, height out, width out, out channels]: twice
   * or half the height and width, and in time, for chunks behind the first, twice the frames, or
   * half of them if the number is even.
   */
  @Override
  public Tensor forward(Ops ops, Tensor x, FrameCache cache) {
    return mode.up ? upsample(ops, x, cache) : downsample(ops, x, cache);
  }

  private Tensor upsample(Ops ops, Tensor x, FrameCache cache) {
    if (!mode.temporal || cache.firstChunk()) {
      return conv.forward(ops, x, cache);
    }
    // 1. Each frame becomes two, side by side in the channels
    Tensor pairs = timeConv.forward(ops, x, cache);

    // 2. The two follow each other in time
    long frames = x.size(0);
    Tensor doubled = ops.allocate(x.dtype(), Shape.of(2 * frames, x.size(1), x.size(2), x.size(3)));
    Tensor inTime = doubled.reshape(frames, 2, x.size(1), x.size(2), x.size(3));
    for (int half = 0; half < 2; half++) {
      ops.copyInto(inTime.select(1, half), pairs.narrow(3, half * x.size(3), x.size(3)));
    }
    return conv.forward(ops, doubled, cache);
  }

  private Tensor downsample(Ops ops, Tensor x, FrameCache cache) {
    Tensor small = conv.forward(ops, x, cache);
    if (!mode.temporal) {
      return small;
    }
    if (cache.firstChunk()) {
      cache.remember(timeConv, small);
      return small;
    }
    return timeConv.forward(ops, small, cache);
  }
}
