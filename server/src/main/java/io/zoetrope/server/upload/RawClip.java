package io.zoetrope.server.upload;

import io.zoetrope.files.OutputFile;
import io.zoetrope.media.VideoFrames;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Decoded frames as a file: a mark, width, height and number as big-endian integers, RGB. */
public final class RawClip {
  private static final int MARK = 0x5a524157;
  private static final int HEADER = 4 * Integer.BYTES;
  private static final int CHANNELS = 3;

  private RawClip() {}

  /** Writes a file, which is there whole or not at all. */
  public static void write(Path file, VideoFrames clip) throws IOException {
    OutputFile.write(
        file,
        temporary -> {
          try (var out =
              new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(temporary)))) {
            out.writeInt(MARK);
            out.writeInt(clip.width());
            out.writeInt(clip.height());
            out.writeInt(clip.frames());
            for (byte[] frame : clip) {
              out.write(frame);
            }
          }
        });
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is none, or a part of one
   */
  public static VideoFrames read(Path file) throws IOException {
    long size = Files.size(file);
    try (var in = new DataInputStream(Files.newInputStream(file))) {
      int mark = in.readInt();
      int width = in.readInt();
      int height = in.readInt();
      int frames = in.readInt();
      double bytes = (double) CHANNELS * width * height * frames;
      if (mark != MARK || width < 1 || height < 1 || frames < 1 || bytes != size - HEADER) {
        throw new IOException(file + ": no frames");
      }
      byte[] rgb = new byte[Math.toIntExact(size - HEADER)];
      in.readFully(rgb);
      return new VideoFrames(width, height, frames, rgb);
    }
  }
}
