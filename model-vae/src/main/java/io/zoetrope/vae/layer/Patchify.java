package io.zoetrope.vae.layer;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * Moves patches of pixels into channels and back ({@code patchify} and {@code unpatchify} in
 * diffusers). The channel of a pixel is (colour, column in the patch, row in the patch).
 */
public final class Patchify {
  private Patchify() {}

  /**
   * [frames, height, width, channels] to [frames, height / size, width / size, channels * size *
   * size]; a patch size of 1 returns {@code video} itself.
   *
   * @throws IllegalArgumentException if height and width are no multiples of the patch size
   */
  public static Tensor patchify(Ops ops, Tensor video, int size) {
    if (size == 1) {
      return video;
    }
    if (video.size(1) % size != 0 || video.size(2) % size != 0) {
      throw new IllegalArgumentException(
          "patchify: height and width of %s are no multiples of the patch size %d"
              .formatted(video, size));
    }
    long height = video.size(1) / size;
    long width = video.size(2) / size;
    return ops.copy(
            video
                .reshape(video.size(0), height, size, width, size, video.size(3))
                .permute(0, 1, 3, 5, 4, 2))
        .reshape(video.size(0), height, width, video.size(3) * size * size);
  }

  /**
   * [frames, height, width, channels] to [frames, height * size, width * size, channels / size /
   * size]; a patch size of 1 returns {@code patches} itself.
   *
   * @throws IllegalArgumentException if the channels are no multiple of {@code size * size}
   */
  public static Tensor unpatchify(Ops ops, Tensor patches, int size) {
    if (size == 1) {
      return patches;
    }
    if (patches.size(3) % (size * size) != 0) {
      throw new IllegalArgumentException(
          "unpatchify: channels of %s are no multiple of %d".formatted(patches, size * size));
    }
    long channels = patches.size(3) / (size * size);
    return ops.copy(
            patches
                .reshape(patches.size(0), patches.size(1), patches.size(2), channels, size, size)
                .permute(0, 1, 5, 2, 4, 3))
        .reshape(patches.size(0), patches.size(1) * size, patches.size(2) * size, channels);
  }
}
