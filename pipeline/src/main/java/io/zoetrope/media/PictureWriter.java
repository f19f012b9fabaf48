package io.zoetrope.media;

import io.zoetrope.files.FileErrors;
import io.zoetrope.files.OutputFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Writes single pictures as PNG files. */
public final class PictureWriter {
  private PictureWriter() {}

  /**
   * Writes a picture with its provenance, whole or not at all.
   *
   * @param picture a clip of one frame
   * @throws MediaException if it can't be written
   */
  public static void write(Path file, VideoFrames picture, Provenance provenance) {
    try {
      byte[] png = png(picture.width(), picture.height(), picture.frame(0), chunks(provenance));
      OutputFile.write(file, temporary -> Files.write(temporary, png));
    } catch (IOException e) {
      throw new MediaException("cannot write %s: %s".formatted(file, FileErrors.reason(e)), e);
    }
  }

  /**
   * A picture as a PNG file without provenance, for a file that has it.
   *
   * @param picture a clip of one frame
   */
  public static byte[] png(VideoFrames picture) {
    try {
      return png(picture.width(), picture.height(), picture.frame(0), List.of());
    } catch (IOException e) {
      throw new MediaException("cannot make a PNG: " + FileErrors.reason(e), e);
    }
  }

  /** What every picture carries: the provenance as text, and the label of generated media. */
  static List<byte[]> chunks(Provenance provenance) {
    return List.of(
        PngText.latin1(PngText.COMMENT, provenance.toAsciiJson()),
        PngText.xmp(Xmp.packet(provenance)));
  }

  /**
   * A picture as a PNG file.
   *
   * @param rgb [height, width, 3], uint8
   * @param chunks put behind its header
   */
  static byte[] png(int width, int height, byte[] rgb, List<byte[]> chunks) throws IOException {
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = new int[width * height];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] =
          (rgb[3 * i] & 0xFF) << 16 | (rgb[3 * i + 1] & 0xFF) << 8 | (rgb[3 * i + 2] & 0xFF);
    }
    image.setRGB(0, 0, width, height, pixels, 0, width);
    var bytes = new ByteArrayOutputStream();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      if (!ImageIO.write(image, "png", out)) {
        throw new IOException("this Java runtime has no PNG writer");
      }
    }
    return PngText.insert(bytes.toByteArray(), chunks);
  }
}
