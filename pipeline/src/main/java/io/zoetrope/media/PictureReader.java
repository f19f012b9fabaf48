package io.zoetrope.media;

import java.nio.file.Path;

/** Reads what people give a model to work with: pictures, and clips. The files aren't trusted. */
public final class PictureReader {
  private PictureReader() {}

  /**
   * Reads a picture (PNG, JPEG), turned as it is to be shown.
   *
   * @return one frame
   * @throws MediaException as {@link MediaReader#read} does
   */
  public static VideoFrames picture(Path file) {
    return MediaReader.read(file, 1).frames();
  }

  /**
   * Reads a clip (MP4, GIF) or a picture, which is a clip of one frame.
   *
   * @param maxFrames a longer one is refused
   * @throws MediaException as {@link MediaReader#read} does
   */
  public static VideoFrames clip(Path file, int maxFrames) {
    return MediaReader.read(file, maxFrames).frames();
  }
}
