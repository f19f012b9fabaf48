package io.zoetrope.media;

import java.nio.file.Path;

/** Reads what people give a model to work with: pictures, and clips. The files aren't trusted. */
public final class PictureReader {
  private PictureReader() {}

  /**
   * Reads a picture (PNG, JPEG, WebP), turned as it is to be shown, over white where it is
   * transparent.
   *
   * @return one frame
   * @throws MediaException as {@link MediaReader#read} does, and if there are more frames
   */
  public static VideoFrames picture(Path file) {
    return picture(file, Colour.WHITE);
  }

  /** As {@link #picture(Path)}, over another colour. */
  public static VideoFrames picture(Path file, Colour background) {
    VideoClip clip = MediaReader.read(file, Reading.first(1).over(background));
    if (clip.source().goesOn()) {
      throw new MediaException(
          "cannot read %s: it has more than 1 frame, and a picture is needed; save one of them as PNG"
              .formatted(file));
    }
    return clip.frames();
  }

  /**
   * Reads a clip (MP4, MOV, WebM, Matroska, AVI, GIF) or a picture, which is a clip of one frame.
   *
   * @param maxFrames a longer one is refused
   * @throws MediaException as {@link MediaReader#read} does
   */
  public static VideoFrames clip(Path file, int maxFrames) {
    return MediaReader.read(file, maxFrames).frames();
  }
}
