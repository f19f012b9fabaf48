package io.zoetrope.media;

import static org.bytedeco.ffmpeg.global.avutil.AV_PIX_FMT_PAL8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/**
 * An endless GIF, each frame with a palette of its own. The provenance is a comment extension, in
 * ASCII.
 */
final class GifWriter extends MediaWriter {
  /** Delays count hundredths of a second, and browsers slow down what is below two of them. */
  private static final int MAX_FRAMES_PER_SECOND = 50;

  private static final int TRAILER = 0x3B;

  GifWriter(Path target) {
    super(target);
    Ffmpeg.preload();
  }

  @Override
  String unfit(int width, int height, int framesPerSecond) {
    if (framesPerSecond > MAX_FRAMES_PER_SECOND) {
      return "a GIF plays at most %d frames per second, got %d; choose a lower rate or write .mp4"
          .formatted(MAX_FRAMES_PER_SECOND, framesPerSecond);
    }
    return (long) width * height <= MediaReader.MAX_PIXELS
        ? null
        : "a frame of a GIF has at most %d pixels, got %dx%d; choose a smaller size"
            .formatted(MediaReader.MAX_PIXELS, width, height);
  }

  /** One byte for a pixel, half of them after compression. */
  @Override
  double bytesPerSample() {
    return 1 / 6.0;
  }

  @Override
  void begin(int width, int height, int framesPerSecond, Path path) throws IOException {
    Ffmpeg.load();
    try (var _ = muxer(path, width, height, framesPerSecond)) {
      palette(width, height, framesPerSecond).close();
    }
  }

  @Override
  void encode(FrameSequence frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException {
    Ffmpeg.load();
    try (var muxer = muxer(path, frames.width(), frames.height(), framesPerSecond);
        var palette = palette(frames.width(), frames.height(), framesPerSecond)) {
      int time = 0;
      for (byte[] frame : frames) {
        palette.push(frame, time++, muxer::write);
      }
      palette.finish(muxer::write);
      muxer.finish();
    }
    appendComment(path, provenance);
  }

  private static Muxer muxer(Path path, int width, int height, int framesPerSecond)
      throws IOException {
    return new Muxer(
        path,
        "gif",
        Map.of("loop", "0"),
        Map.of(),
        "gif",
        Map.of(),
        framesPerSecond,
        encoder -> encoder.width(width).height(height).pix_fmt(AV_PIX_FMT_PAL8));
  }

  private static FilterGraph palette(int width, int height, int framesPerSecond)
      throws IOException {
    return new FilterGraph(
        width,
        height,
        framesPerSecond,
        "split[a][b];[a]palettegen=stats_mode=single:reserve_transparent=0[p];[b][p]paletteuse=new=1:dither=none",
        "reduce to a palette");
  }

  /**
   * Puts a comment extension (GIF89a, section 24: sub-blocks of at most 255 bytes) before the
   * trailer.
   */
  private static void appendComment(Path path, Provenance provenance) throws IOException {
    byte[] text = provenance.toAsciiJson().getBytes(StandardCharsets.US_ASCII);
    var extension = new ByteArrayOutputStream();
    extension.write(0x21);
    extension.write(0xFE);
    for (int start = 0; start < text.length; start += 255) {
      int length = Math.min(255, text.length - start);
      extension.write(length);
      extension.write(text, start, length);
    }
    extension.write(0);
    extension.write(TRAILER);
    try (var file = new RandomAccessFile(path.toFile(), "rw")) {
      file.seek(file.length() - 1);
      if (file.read() != TRAILER) {
        throw new IOException("the GIF doesn't end with its trailer");
      }
      file.seek(file.length() - 1);
      file.write(extension.toByteArray());
    }
  }
}
