package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Moves blocks of frames, rows and columns into channels and back (pixel shuffle; Shi et al., 2016,
 * section 3.2; {@code PixelShuffleND} in diffusers). The channel of an element is (channel, frame
 * in the block, row in the block, column in the block).
 *
 * @param frames frames of a block
 * @param size rows, and columns, of a block
 */
public record PixelShuffle(int frames, int size) {
  /** Elements of a block of one channel. */
  public int volume() {
    return frames * size * size;
  }

  /**
   * Moves channels into blocks.
   *
   * @param x [frames, height, width, channels * volume], contiguous
   * @return [frames * frames of a block, height * size, width * size, channels]
   * @throws IllegalArgumentException if the channels do not come out even
   */
  public Tensor shuffle(Ops ops, Tensor x) {
    require(x.size(3) % volume() == 0, x);
    long channels = x.size(3) / volume();
    Tensor blocks =
        x.reshape(x.size(0), x.size(1), x.size(2), channels, frames, size, size)
            .permute(0, 4, 1, 5, 2, 6, 3);
    return ops.copy(blocks)
        .reshape(x.size(0) * frames, x.size(1) * size, x.size(2) * size, channels);
  }

  /**
   * Moves blocks into channels.
   *
   * @param x [frames, height, width, channels], contiguous
   * @return [frames / frames of a block, height / size, width / size, channels * volume]
   * @throws IllegalArgumentException if frames, height or width do not come out even
   */
  public Tensor unshuffle(Ops ops, Tensor x) {
    require(x.size(0) % frames == 0 && x.size(1) % size == 0 && x.size(2) % size == 0, x);
    long outFrames = x.size(0) / frames;
    long height = x.size(1) / size;
    long width = x.size(2) / size;
    Tensor blocks =
        x.reshape(outFrames, frames, height, size, width, size, x.size(3))
            .permute(0, 2, 4, 6, 1, 3, 5);
    return ops.copy(blocks).reshape(outFrames, height, width, x.size(3) * volume());
  }

  private void require(boolean even, Tensor x) {
    if (!even) {
      throw new IllegalArgumentException(
          "pixel shuffle: %s does not come out even in blocks of %d x %d x %d"
              .formatted(x, frames, size, size));
    }
  }
}
