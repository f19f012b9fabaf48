package io.zoetrope.vae.wan;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.vae.layer.AvgDown3D;

/**
 * Repeats channels and moves them into blocks of frames, rows and columns, the inverse direction of
 * {@link AvgDown3D} ({@code DupUp3D} in diffusers).
 *
 * @param outChannels channels of the result, of which those of the input are a multiple
 * @param factorFrames frames of a block
 * @param factorSize rows and columns of a block
 */
public record DupUp3D(long outChannels, int factorFrames, int factorSize) {
  /**
   * Enlarges a chunk.
   *
   * @param x [frames, height, width, channels]
   * @param firstChunk whether the chunk is a clip's first, of which the leading {@code factorFrames
   *     - 1} frames of the result are dropped
   * @return [frames * factorFrames, height * factorSize, width * factorSize, out channels]
   * @throws IllegalArgumentException if the channels do not come out even
   */
  public Tensor forward(Ops ops, Tensor x, boolean firstChunk) {
    long sources = x.size(3) / outChannels;
    long block = (long) factorFrames * factorSize * factorSize;
    if (x.size(3) % outChannels != 0 || block % sources != 0) {
      throw new IllegalArgumentException(
          "DupUp3D: %s does not repeat to blocks of %d x %d x %d with %d channels"
              .formatted(x, factorFrames, factorSize, factorSize, outChannels));
    }
    long frames = x.size(0);
    long height = x.size(1);
    long width = x.size(2);
    Tensor out =
        ops.allocate(
            x.dtype(),
            Shape.of(frames * factorFrames, height * factorSize, width * factorSize, outChannels));
    Tensor places =
        out.reshape(frames, factorFrames, height, factorSize, width, factorSize, outChannels)
            .permute(1, 3, 5, 0, 2, 4, 6);
    Tensor channels = x.reshape(frames, height, width, outChannels, sources);
    for (long i = 0; i < block; i++) {
      Tensor place =
          places
              .select(0, i / (factorSize * factorSize))
              .select(0, i / factorSize % factorSize)
              .select(0, i % factorSize);
      ops.copyInto(place, channels.select(4, i * sources / block));
    }
    long dropped = firstChunk ? factorFrames - 1 : 0;
    return out.narrow(0, dropped, out.size(0) - dropped);
  }
}
