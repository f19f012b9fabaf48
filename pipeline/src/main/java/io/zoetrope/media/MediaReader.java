package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.MemoryException;
import java.io.IOException;
import java.nio.file.Path;

/** Reads a clip (MP4, GIF) or an image (PNG, JPEG) as RGB frames. The file isn't trusted. */
public final class MediaReader {
  /** Width times height of a PNG, JPEG or GIF that is read at most: just above 7680x4320. */
  public static final int MAX_PIXELS = 1 << 25;

  /**
   * Width times height of the frames of an MP4 that is read at most, 4096x2304: decoders keep up to
   * 17 frames.
   */
  public static final int MAX_CLIP_PIXELS = 4096 * 2304;

  private MediaReader() {}

  /**
   * Reads the whole file, turned as it is to be shown; transparency is dropped.
   *
   * @param maxFrames frames that the caller can use; a longer clip is refused, not cut
   * @throws MediaException if the file is missing, broken, of another format, longer than {@code
   *     maxFrames}, larger than {@link #MAX_PIXELS} or {@link #MAX_CLIP_PIXELS}, or larger than
   *     half the Java heap as RGB
   * @throws MemoryException if there is too little memory
   */
  public static VideoClip read(Path file, int maxFrames) {
    return MemoryException.naming(
        () -> "cannot read " + file,
        "a smaller picture or a shorter clip",
        () -> decode(file, maxFrames));
  }

  private static VideoClip decode(Path file, int maxFrames) {
    try (var demuxer = Demuxer.open(file);
        var decoder = new FrameDecoder(demuxer, maxFrames)) {
      return decoder.read();
    } catch (IOException e) {
      throw new MediaException("cannot read %s: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }
}
