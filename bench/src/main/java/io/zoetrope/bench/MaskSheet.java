package io.zoetrope.bench;

import io.zoetrope.media.VideoFrames;
import java.io.ByteArrayOutputStream;

/** A picture to check masks by: frames of clips, and what is taken for the object in them. */
final class MaskSheet {
  private static final int CHANNELS = 3;

  private final int everyFrames;
  private final ByteArrayOutputStream rows = new ByteArrayOutputStream();
  private int width;

  /** A sheet that shows the first frame of each clip and every so many frames another one. */
  MaskSheet(int everyFrames) {
    this.everyFrames = everyFrames;
  }

  /**
   * Adds a row: frames, each with a copy that is black but for the thing of a colour.
   *
   * @param clip of the size of those before
   */
  void add(VideoFrames clip, String colour) {
    int shown = (clip.frames() - 1) / everyFrames + 1;
    int across = clip.width() * CHANNELS;
    width = 2 * shown * clip.width();
    byte[] row = new byte[width * clip.height() * CHANNELS];
    for (int i = 0; i < shown; i++) {
      byte[] frame = clip.frame(i * everyFrames);
      put(frame, row, 2 * i * across, across);
      boolean[] mask = ObjectMask.pixels(frame, clip.width(), colour);
      for (int sample = 0; sample < frame.length; sample++) {
        frame[sample] = mask[sample / CHANNELS] ? frame[sample] : 0;
      }
      put(frame, row, (2 * i + 1) * across, across);
    }
    rows.writeBytes(row);
  }

  private void put(byte[] frame, byte[] row, int start, int across) {
    for (int y = 0; y < frame.length / across; y++) {
      System.arraycopy(frame, y * across, row, y * width * CHANNELS + start, across);
    }
  }

  /** The rows below each other, as a clip of one frame. */
  VideoFrames picture() {
    byte[] rgb = rows.toByteArray();
    return new VideoFrames(width, rgb.length / width / CHANNELS, 1, rgb);
  }
}
