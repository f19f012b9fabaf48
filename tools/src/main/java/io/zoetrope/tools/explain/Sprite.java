package io.zoetrope.tools.explain;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import java.util.List;

/** Many small pictures in one PNG: a browser decodes it at once. */
final class Sprite {
  /** Longest side of pictures behind heat maps, in pixels. */
  static final int BACKDROP = 320;

  /** Longest side of pictures in a film strip, in pixels. */
  static final int STRIP = 160;

  private static final int RGB = 3;

  private Sprite() {}

  /** Frames whose longer side is at most so long. */
  static VideoFrames small(VideoFrames frames, int side) {
    double scale = Math.min(1, (double) side / Math.max(frames.width(), frames.height()));
    int width = Math.max(1, (int) Math.round(scale * frames.width()));
    int height = Math.max(1, (int) Math.round(scale * frames.height()));
    return scale == 1 ? frames : Resampling.BICUBIC.resize(frames, width, height);
  }

  /**
   * Frames of clips of one size.
   *
   * @param columns clips, each with its frames below each other; all have as many
   */
  private static VideoFrames joined(List<VideoFrames> columns) {
    VideoFrames first = columns.getFirst();
    int across = columns.size() * first.width();
    int row = RGB * first.width();
    byte[] sheet = new byte[Math.multiplyExact(RGB * across, first.frames() * first.height())];
    for (int column = 0; column < columns.size(); column++) {
      for (int frame = 0; frame < first.frames(); frame++) {
        byte[] rgb = columns.get(column).frame(frame);
        for (int y = 0; y < first.height(); y++) {
          int to = RGB * ((frame * first.height() + y) * across + column * first.width());
          System.arraycopy(rgb, y * row, sheet, to, row);
        }
      }
    }
    return new VideoFrames(across, first.frames() * first.height(), 1, sheet);
  }

  /** What the page knows of a sprite: the size of a picture, how many are below each other. */
  static ObjectNode json(List<VideoFrames> columns) {
    VideoFrames first = columns.getFirst();
    return JsonConfig.MAPPER
        .createObjectNode()
        .put("width", first.width())
        .put("height", first.height())
        .put("frames", first.frames())
        .put("png", PictureWriter.png(joined(columns)));
  }
}
