package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.MemoryException;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Reads a clip (MP4, MOV, WebM, Matroska, AVI, animated GIF or PNG) or a picture (PNG, JPEG, WebP)
 * as RGB frames: colours as Pillow sees them, profiles of colours unused. The file isn't trusted.
 */
public final class MediaReader {
  /** Width times height of a picture or a GIF that is read at most: just above 7680x4320. */
  public static final int MAX_PIXELS = 1 << 25;

  /**
   * Width times height of the frames of a clip that is read at most, 4096x2304: decoders keep up to
   * 17 frames.
   */
  public static final int MAX_CLIP_PIXELS = 4096 * 2304;

  private MediaReader() {}

  /**
   * Reads the whole file, turned as it is to be shown, over white where it is transparent.
   *
   * @param maxFrames frames that the caller can use; a longer clip is refused, not cut
   * @throws MediaException if the file is missing, broken, of another format, longer than {@code
   *     maxFrames}, larger than {@link #MAX_PIXELS} or {@link #MAX_CLIP_PIXELS}, or larger than
   *     half the Java heap as RGB
   * @throws MemoryException if there is too little memory
   */
  public static VideoClip read(Path file, int maxFrames) {
    return read(file, Reading.all(maxFrames));
  }

  /**
   * Reads what is asked for of a file, turned as it is to be shown.
   *
   * @throws MediaException if the file is missing, broken, of another format, larger than {@link
   *     #MAX_PIXELS} or {@link #MAX_CLIP_PIXELS}, or if what is kept is larger than half the Java
   *     heap as RGB
   * @throws MemoryException if there is too little memory
   */
  public static VideoClip read(Path file, Reading reading) {
    return MemoryException.naming(
        () -> "cannot read " + file,
        "a smaller picture or a shorter clip",
        () -> decode(file, reading));
  }

  private static VideoClip decode(Path file, Reading reading) {
    try (var demuxer = Demuxer.open(file);
        var decoder = new FrameDecoder(demuxer, reading)) {
      return decoder.read();
    } catch (IOException e) {
      throw new MediaException("cannot read %s: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }
}
