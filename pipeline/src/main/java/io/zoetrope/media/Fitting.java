package io.zoetrope.media;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Brings pictures to a size ({@code VideoProcessor} in diffusers: {@code resize_mode} "crop",
 * "fill" but for the bars, and "default").
 *
 * @param fit what becomes of a picture of another ratio
 * @param width of what comes out
 * @param height of what comes out
 * @param bars their colour, where there are any
 */
public record Fitting(Fit fit, int width, int height, Colour bars) {
  private static final int CHANNELS = 3;

  /** A share of a side that nobody misses, and a factor that nobody sees. */
  private static final double LITTLE = 0.005;

  /**
   * The clip at the size; the clip itself if it has the size already.
   *
   * @throws MediaException if it is a strip, of which nothing could be seen
   */
  public VideoFrames apply(VideoFrames clip) {
    if (clip.isStrip()) {
      throw new MediaException(
          "a picture of %dx%d: one side is %d times as long as the other or more; cut it first"
              .formatted(clip.width(), clip.height(), VideoFrames.STRIP));
    }
    int scaledWidth = scaledWidth(clip.width(), clip.height());
    int scaledHeight = scaledHeight(clip.width(), clip.height());
    if (fit == Fit.CONTAIN) {
      return withBars(Resampling.LANCZOS.resize(clip, scaledWidth, scaledHeight));
    }
    return Resampling.LANCZOS.resize(
        clip,
        scaledWidth,
        scaledHeight,
        new Resampling.Window(
            scaledWidth / 2 - width / 2, scaledHeight / 2 - height / 2, width, height));
  }

  /** Width of the whole picture at the scale at which it is shown. */
  private int scaledWidth(int sourceWidth, int sourceHeight) {
    return fit == Fit.STRETCH || followsWidth(sourceWidth, sourceHeight)
        ? width
        : scaled(sourceWidth, height, sourceHeight);
  }

  private int scaledHeight(int sourceWidth, int sourceHeight) {
    return fit == Fit.STRETCH || !followsWidth(sourceWidth, sourceHeight)
        ? height
        : scaled(sourceHeight, width, sourceWidth);
  }

  private static int scaled(int side, int other, int sourceOther) {
    return Math.toIntExact(Math.max(1, (long) side * other / sourceOther));
  }

  /** Whether the picture gets the width that is asked for, and a height that follows from it. */
  private boolean followsWidth(int sourceWidth, int sourceHeight) {
    boolean isWiderThanSource = (long) width * sourceHeight > (long) sourceWidth * height;
    return isWiderThanSource == (fit == Fit.COVER);
  }

  private VideoFrames withBars(VideoFrames clip) {
    if (clip.width() == width && clip.height() == height) {
      return clip;
    }
    byte[] padded = new byte[VideoFrames.checkedLength(width, height, clip.frames())];
    for (int i = 0; i < padded.length; i += CHANNELS) {
      padded[i] = (byte) bars.red();
      padded[i + 1] = (byte) bars.green();
      padded[i + 2] = (byte) bars.blue();
    }
    int left = width / 2 - clip.width() / 2;
    int top = height / 2 - clip.height() / 2;
    int row = clip.width() * CHANNELS;
    for (int i = 0; i < clip.frames(); i++) {
      byte[] frame = clip.frame(i);
      for (int y = 0; y < clip.height(); y++) {
        int target = ((i * height + top + y) * width + left) * CHANNELS;
        System.arraycopy(frame, y * row, padded, target, row);
      }
    }
    return new VideoFrames(width, height, clip.frames(), padded);
  }

  /**
   * What happens to pictures of a size that people may not expect, e.g. {@code "enlarged 2.5 times,
   * 12 % of its height cut off"}; empty where they are only made smaller.
   */
  public Optional<String> effect(int sourceWidth, int sourceHeight) {
    int scaledWidth = scaledWidth(sourceWidth, sourceHeight);
    int scaledHeight = scaledHeight(sourceWidth, sourceHeight);
    double wider = (double) scaledWidth / sourceWidth;
    double higher = (double) scaledHeight / sourceHeight;
    List<String> parts = new ArrayList<>();
    if (Math.max(wider, higher) > 1 + LITTLE) {
      parts.add(String.format(Locale.ROOT, "enlarged %.3g times", Math.max(wider, higher)));
    }
    switch (fit) {
      case COVER -> {
        cut("width", 1 - (double) width / scaledWidth, parts);
        cut("height", 1 - (double) height / scaledHeight, parts);
      }
      case CONTAIN -> {
        bar("left and right", width - scaledWidth, parts);
        bar("above and below", height - scaledHeight, parts);
      }
      case STRETCH -> {
        stretched("wider", wider / higher, parts);
        stretched("higher", higher / wider, parts);
      }
    }
    return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
  }

  private static void cut(String side, double share, List<String> parts) {
    if (share > LITTLE) {
      parts.add("%.0f %% of its %s cut off".formatted(100 * share, side));
    }
  }

  private static void bar(String sides, int pixels, List<String> parts) {
    if (pixels > 0) {
      parts.add("bars of %d pixels %s".formatted(Math.ceilDiv(pixels, 2), sides));
    }
  }

  private static void stretched(String direction, double factor, List<String> parts) {
    if (factor > 1 + LITTLE) {
      parts.add("stretched: %.0f %% %s".formatted(100 * (factor - 1), direction));
    }
  }
}
