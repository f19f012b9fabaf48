package io.zoetrope.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a clip (MP4, GIF) or an image (PNG, JPEG) as RGB frames. The file isn't trusted. */
public final class MediaReader {
  /** Width times height that is read at most. */
  public static final int MAX_PIXELS = 1 << 26;

  private MediaReader() {}

  /**
   * Reads the whole file; transparency is dropped.
   *
   * @param maxFrames frames that the caller can use; a longer clip is refused, not cut
   * @throws MediaException if the file is missing, broken, of another format, longer than {@code
   *     maxFrames} or larger than {@link #MAX_PIXELS}
   */
  public static VideoClip read(Path file, int maxFrames) {
    if (!Files.isRegularFile(file)) {
      throw new MediaException("cannot read %s: there is no such file".formatted(file));
    }
    try (var decoder = new FrameDecoder(file, maxFrames)) {
      return decoder.read();
    } catch (IOException e) {
      throw new MediaException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
