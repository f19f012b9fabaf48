package io.zoetrope.media;

import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;

/** An immutable clip of RGB frames: [frames, height, width, 3], uint8, sRGB. */
public final class VideoFrames implements FrameSequence {
  /** How many times as long as the other a side of a strip is, at least. */
  public static final int STRIP = 100;

  private static final int CHANNELS = 3;

  private final int width;
  private final int height;
  private final int frames;
  private final byte[] rgb;

  /**
   * A clip over {@code rgb}, which isn't copied: the caller gives the array up.
   *
   * @param rgb [frames, height, width, 3], uint8
   * @throws IllegalArgumentException if a size isn't positive or {@code rgb} has another length
   */
  public VideoFrames(int width, int height, int frames, byte[] rgb) {
    int expected = checkedLength(width, height, frames);
    if (rgb.length != expected) {
      throw new IllegalArgumentException(
          "VideoFrames: %d frames of %dx%d RGB take %d bytes, got %d"
              .formatted(frames, width, height, expected, rgb.length));
    }
    this.width = width;
    this.height = height;
    this.frames = frames;
    this.rgb = rgb;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  /** Number of frames. */
  public int frames() {
    return frames;
  }

  /** Bytes of all frames. */
  public long bytes() {
    return rgb.length;
  }

  /** Whether pictures are so narrow or so low that no encoder makes anything of them. */
  public boolean isStrip() {
    return Math.max(width, height) / Math.min(width, height) >= STRIP;
  }

  /**
   * A copy of one frame: [height, width, 3], uint8.
   *
   * @throws IndexOutOfBoundsException if there is no frame {@code index}
   */
  public byte[] frame(int index) {
    int length = height * width * CHANNELS;
    int start = Math.multiplyExact(Objects.checkIndex(index, frames), length);
    return Arrays.copyOfRange(rgb, start, start + length);
  }

  /**
   * Reads one frame without making anything new.
   *
   * @param levels takes [height, width, 3], from 0 to 255
   * @throws IndexOutOfBoundsException if there is no frame {@code index}
   */
  public void frame(int index, float[] levels) {
    int length = height * width * CHANNELS;
    int start = Math.multiplyExact(Objects.checkIndex(index, frames), length);
    for (int i = 0; i < length; i++) {
      levels[i] = rgb[start + i] & 0xff;
    }
  }

  @Override
  public Iterator<byte[]> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < frames;
      }

      @Override
      public byte[] next() {
        if (!hasNext()) {
          throw new NoSuchElementException("the clip has %d frames".formatted(frames));
        }
        return frame(next++);
      }
    };
  }

  /**
   * The first frames; the clip itself if they are all.
   *
   * @throws IllegalArgumentException if there are fewer, or none are asked for
   */
  public VideoFrames first(int count) {
    if (count == frames) {
      return this;
    }
    return new VideoFrames(
        width, height, count, Arrays.copyOf(rgb, rgb.length / frames * Math.min(count, frames)));
  }

  /**
   * Some frames in a row.
   *
   * @throws IndexOutOfBoundsException if the clip has not all of them
   * @throws IllegalArgumentException if none are asked for
   */
  public VideoFrames slice(int from, int count) {
    Objects.checkFromIndexSize(from, count, frames);
    int length = rgb.length / frames;
    return new VideoFrames(
        width, height, count, Arrays.copyOfRange(rgb, from * length, (from + count) * length));
  }

  /**
   * This clip, then another one of the same size.
   *
   * @throws IllegalArgumentException if the size is another, or the result exceeds 2 GiB
   */
  public VideoFrames followedBy(VideoFrames other) {
    if (other.width != width || other.height != height) {
      throw new IllegalArgumentException("followedBy: %s behind %s".formatted(other, this));
    }
    int together = frames + other.frames;
    byte[] joined = Arrays.copyOf(rgb, checkedLength(width, height, together));
    System.arraycopy(other.rgb, 0, joined, rgb.length, other.rgb.length);
    return new VideoFrames(width, height, together, joined);
  }

  /** A copy of all frames: [frames, height, width, 3], uint8. */
  public byte[] toArray() {
    return rgb.clone();
  }

  /**
   * The clip with every pixel repeated {@code factor} times in both directions (nearest neighbour).
   *
   * @throws IllegalArgumentException if {@code factor} isn't positive or the result exceeds 2 GiB
   */
  public VideoFrames upscale(int factor) {
    if (factor < 1) {
      throw new IllegalArgumentException("upscale: the factor is at least 1, got " + factor);
    }
    if (factor == 1) {
      return this;
    }
    long wideWidth = (long) width * factor;
    long wideHeight = (long) height * factor;
    byte[] target = new byte[checkedLength(wideWidth, wideHeight, frames)];
    int row = Math.toIntExact(wideWidth * CHANNELS);
    for (int y = 0; y < frames * height; y++) {
      int first = y * factor * row;
      for (int x = 0; x < width; x++) {
        int source = (y * width + x) * CHANNELS;
        for (int copy = 0; copy < factor; copy++) {
          System.arraycopy(rgb, source, target, first + (x * factor + copy) * CHANNELS, CHANNELS);
        }
      }
      for (int copy = 1; copy < factor; copy++) {
        System.arraycopy(target, first, target, first + copy * row, row);
      }
    }
    return new VideoFrames((int) wideWidth, (int) wideHeight, frames, target);
  }

  /** Equal when the sizes and every sample are. */
  @Override
  public boolean equals(Object other) {
    return other instanceof VideoFrames that
        && width == that.width
        && height == that.height
        && Arrays.equals(rgb, that.rgb);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return "%d frame%s of %dx%d".formatted(frames, frames == 1 ? "" : "s", width, height);
  }

  /**
   * Bytes of a clip.
   *
   * @throws IllegalArgumentException if a size isn't positive or they exceed 2 GiB
   */
  static int checkedLength(long width, long height, long frames) {
    if (width < 1 || height < 1 || frames < 1) {
      throw new IllegalArgumentException(
          "VideoFrames: width, height and frames are at least 1, got %d, %d, %d"
              .formatted(width, height, frames));
    }
    try {
      return Math.toIntExact(
          Math.multiplyExact(Math.multiplyExact(width * CHANNELS, height), frames));
    } catch (ArithmeticException _) {
      throw new IllegalArgumentException(
          "VideoFrames: %d frames of %dx%d RGB exceed 2 GiB; use fewer frames or a smaller size"
              .formatted(frames, width, height));
    }
  }
}
