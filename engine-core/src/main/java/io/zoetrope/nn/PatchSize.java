package io.zoetrope.nn;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * How much of a video one token holds, and the way from video to tokens and back.
 *
 * @param frames frames of a patch
 * @param height rows of a patch
 * @param width columns of a patch
 */
public record PatchSize(int frames, int height, int width) {
  /**
   * The patches of a video.
   *
   * @param video [channels, frames, height, width]
   * @throws IllegalArgumentException if the video is not made of whole patches
   */
  public PatchGrid grid(Shape video) {
    boolean whole =
        video.rank() == 4
            && video.count() > 0
            && video.size(1) % frames == 0
            && video.size(2) % height == 0
            && video.size(3) % width == 0;
    if (!whole) {
      throw new IllegalArgumentException(
          ("patchify: latents %s are not [channels, frames, height, width] with sizes that are"
                  + " multiples of the patch size [%d, %d, %d]")
              .formatted(video, frames, height, width));
    }
    return new PatchGrid(
        video.intSize(1) / frames, video.intSize(2) / height, video.intSize(3) / width);
  }

  /** Elements of a patch of one channel. */
  public int volume() {
    return frames * height * width;
  }

  /**
   * Cuts a video into patches.
   *
   * @param video [channels, frames, height, width], contiguous
   * @return [tokens, channels * volume]; a token's elements are in the order channel, frame, row,
   *     column, as in the weight of a convolution
   */
  public Tensor patchify(Ops ops, Tensor video, DType dtype) {
    PatchGrid grid = grid(video.shape());
    Tensor patches =
        video
            .reshape(-1, grid.frames(), frames, grid.height(), height, grid.width(), width)
            .permute(1, 3, 5, 0, 2, 4, 6);
    Tensor tokens = ops.allocate(dtype, patches.shape());
    ops.copyInto(tokens, patches);
    return tokens.reshape(grid.tokens(), -1);
  }

  /**
   * Puts patches together to a video. The order inside a token is not that of {@link #patchify}.
   *
   * @param tokens [tokens, volume * channels]; a token's elements are in the order frame, row,
   *     column, channel
   * @return [channels, frames, height, width]
   */
  public Tensor unpatchify(Ops ops, Tensor tokens, PatchGrid grid) {
    Tensor patches =
        tokens.reshape(grid.frames(), grid.height(), grid.width(), frames, height, width, -1);
    return video(ops, patches.permute(6, 0, 3, 1, 4, 2, 5), grid);
  }

  /**
   * Puts patches together to a video: the way back of {@link #patchify}.
   *
   * @param tokens [tokens, channels * volume]; a token's elements are in the order channel, frame,
   *     row, column
   * @return [channels, frames, height, width]
   */
  public Tensor unpatchifyChannelsFirst(Ops ops, Tensor tokens, PatchGrid grid) {
    Tensor patches =
        tokens.reshape(grid.frames(), grid.height(), grid.width(), -1, frames, height, width);
    return video(ops, patches.permute(3, 0, 4, 1, 5, 2, 6), grid);
  }

  private Tensor video(Ops ops, Tensor patches, PatchGrid grid) {
    return ops.copy(patches)
        .reshape(
            -1,
            (long) grid.frames() * frames,
            (long) grid.height() * height,
            (long) grid.width() * width);
  }
}
