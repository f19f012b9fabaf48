package io.zoetrope.pipeline.sequence;

import io.zoetrope.media.VideoFrames;

/**
 * What an autoencoder changed in a frame that two clips share, taken back from the frames beside
 * it, and less from one to the next: the picture would jump by it where the clips meet.
 */
final class FadingError {
  /** Frames that it takes to fade; one more is a frame of latents. */
  private static final int FADE = 4;

  /** More than this at a pixel, in levels, is not an autoencoder's error, but another picture. */
  private static final int MOST = 32;

  private final int[] error;

  /**
   * The error at one frame.
   *
   * @param made the frame as it was made
   * @param wanted the frame that it repeats
   */
  FadingError(VideoFrames made, VideoFrames wanted) {
    byte[] from = made.frame(0);
    byte[] to = wanted.frame(0);
    error = new int[from.length];
    for (int i = 0; i < error.length; i++) {
      error[i] = Math.clamp((from[i] & 0xff) - (to[i] & 0xff), -MOST, MOST);
    }
  }

  /** Frames that follow the shared one. */
  VideoFrames takenFromFirst(VideoFrames fresh) {
    byte[] rgb = fresh.toArray();
    for (int i = 0; i < Math.min(FADE, fresh.frames()); i++) {
      take(rgb, i, i);
    }
    return new VideoFrames(fresh.width(), fresh.height(), fresh.frames(), rgb);
  }

  /** Frames that the shared one follows. */
  VideoFrames takenFromLast(VideoFrames fresh) {
    byte[] rgb = fresh.toArray();
    for (int i = 0; i < Math.min(FADE, fresh.frames()); i++) {
      take(rgb, fresh.frames() - 1 - i, i);
    }
    return new VideoFrames(fresh.width(), fresh.height(), fresh.frames(), rgb);
  }

  private void take(byte[] rgb, int frame, int distance) {
    float share = 1 - (distance + 1f) / (FADE + 1);
    int start = frame * error.length;
    for (int i = 0; i < error.length; i++) {
      int level = Math.round((rgb[start + i] & 0xff) - share * error[i]);
      rgb[start + i] = (byte) Math.clamp(level, 0, 255);
    }
  }
}
