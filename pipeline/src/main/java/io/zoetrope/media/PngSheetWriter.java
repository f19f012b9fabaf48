package io.zoetrope.media;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** All frames of a clip in one PNG, row by row, on grey. */
final class PngSheetWriter extends MediaWriter {
  /** Columns of pixels that a row of frames keeps to, if it has more than one of them. */
  private static final int ROW = 1600;

  /** Between frames, in pixels. */
  private static final int GAP = 2;

  private static final byte GREY = (byte) 0x80;

  PngSheetWriter(Path target) {
    super(target);
  }

  @Override
  String unfit(int width, int height, int framesPerSecond) {
    return null;
  }

  @Override
  double bytesPerSample() {
    return PngFolderWriter.BYTES_PER_SAMPLE;
  }

  @Override
  void begin(int width, int height, int framesPerSecond, Path path) throws IOException {
    Files.createFile(path);
  }

  @Override
  void encode(FrameSequence frames, int framesPerSecond, Provenance provenance, Path path)
      throws IOException {
    VideoFrames sheet = sheet(frames);
    Files.write(
        path,
        PictureWriter.png(
            sheet.width(), sheet.height(), sheet.frame(0), PictureWriter.chunks(provenance)));
  }

  /** The frames in one. */
  private static VideoFrames sheet(FrameSequence clip) {
    List<byte[]> frames = new ArrayList<>();
    clip.forEach(frames::add);
    int across = Math.clamp((ROW + GAP) / (clip.width() + GAP), 1, frames.size());
    int down = Math.ceilDiv(frames.size(), across);
    int width = across * (clip.width() + GAP) - GAP;
    int height = down * (clip.height() + GAP) - GAP;
    byte[] sheet = new byte[VideoFrames.checkedLength(width, height, 1)];
    Arrays.fill(sheet, GREY);
    int row = 3 * clip.width();
    for (int i = 0; i < frames.size(); i++) {
      byte[] frame = frames.get(i);
      int left = i % across * (clip.width() + GAP);
      int top = i / across * (clip.height() + GAP);
      for (int y = 0; y < clip.height(); y++) {
        System.arraycopy(frame, y * row, sheet, 3 * ((top + y) * width + left), row);
      }
    }
    return new VideoFrames(width, height, 1, sheet);
  }
}
