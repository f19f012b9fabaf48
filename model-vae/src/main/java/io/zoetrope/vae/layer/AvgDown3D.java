package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;

/**
 * Moves blocks of frames, rows and columns into channels and averages groups of those ({@code
 * AvgDown3D} in diffusers, and what {@code LTXVideoDownsampler3d} adds). Zero frames in front fill
 * the first block of an odd chunk.
 *
 * @param outChannels channels of the result
 * @param factorFrames frames of a block
 * @param factorSize rows and columns of a block
 */
public record AvgDown3D(long outChannels, int factorFrames, int factorSize) {
  /**
   * Averages a chunk.
   *
   * @param x [frames, height, width, channels]
   * @return [frames / factorFrames rounded up, height / factorSize, width / factorSize, out
   *     channels]
   * @throws IllegalArgumentException if blocks or groups do not come out even
   */
  public Tensor forward(Ops ops, Tensor x) {
    long parts = x.size(3) * factorFrames * factorSize * factorSize;
    if (parts % outChannels != 0 || x.size(1) % factorSize != 0 || x.size(2) % factorSize != 0) {
      throw new IllegalArgumentException(
          "AvgDown3D: %s in blocks of %d x %d x %d does not average to %d channels"
              .formatted(x, factorFrames, factorSize, factorSize, outChannels));
    }
    long frames = Math.ceilDiv(x.size(0), (long) factorFrames);
    long height = x.size(1) / factorSize;
    long width = x.size(2) / factorSize;
    Tensor out = ops.allocate(x.dtype(), Shape.of(frames, height, width, outChannels));
    try (var _ = ops.scope("average")) {
      Tensor blocks =
          new PixelShuffle(factorFrames, factorSize).unshuffle(ops, paddedInFront(ops, x));
      average(ops, out, blocks.reshape(frames, height, width, outChannels, parts / outChannels));
    }
    return out;
  }

  private Tensor paddedInFront(Ops ops, Tensor x) {
    long missing = Math.floorMod(-x.size(0), (long) factorFrames);
    if (missing == 0) {
      return x;
    }
    Tensor padded =
        ops.allocate(x.dtype(), Shape.of(missing + x.size(0), x.size(1), x.size(2), x.size(3)));
    ops.fill(padded.narrow(0, 0, missing), 0);
    ops.copyInto(padded.narrow(0, missing, x.size(0)), x);
    return padded;
  }

  /** Sums in float32, whatever the dtype of the activations. */
  private void average(Ops ops, Tensor out, Tensor groups) {
    int group = groups.intSize(4);
    Tensor sum = ops.cast(ops.copy(groups.select(4, 0)), DType.F32);
    Tensor part = ops.allocate(DType.F32, out.shape());
    for (int i = 1; i < group; i++) {
      ops.copyInto(part, groups.select(4, i));
      ops.addInPlace(sum, part);
    }
    float[] reciprocals = new float[Math.toIntExact(outChannels)];
    Arrays.fill(reciprocals, 1f / group);
    Tensor factor = ops.upload(Tensor.of(reciprocals, outChannels));
    ops.copyInto(out, ops.multiply(sum, factor));
  }
}
