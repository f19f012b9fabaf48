package io.zoetrope.server.work;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zoetrope.files.OutputFile;
import io.zoetrope.media.MediaReader;
import io.zoetrope.media.Reading;
import io.zoetrope.media.Resampling;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.server.api.Json;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;

/** JPEG pictures of clips. */
final class Pictures {
  private static final float QUALITY = 0.85f;

  /** Longer side of a frame in a picture of several. */
  private static final int TILE = 256;

  /** Frames of such a picture at most. */
  private static final int MOST = 64;

  /** As {@link io.zoetrope.media.MediaWriter#openPreview} lays frames out. */
  private static final int PREVIEW_ROW = 1600;

  private static final int PREVIEW_GAP = 2;

  private Pictures() {}

  /**
   * Looks at a finished clip, frame by frame, and makes the pictures of it.
   *
   * @param frames how many it must have
   * @return how the picture of several frames is laid out
   * @throws PipelineException if it has another number
   */
  static ObjectNode of(Path folder, int width, int height, int frames) throws IOException {
    double scale = Math.min(1, (double) TILE / Math.max(width, height));
    int tileWidth = Math.max(1, (int) Math.round(scale * width));
    int tileHeight = Math.max(1, (int) Math.round(scale * height));
    Path video = folder.resolve(DataFolder.VIDEO);
    VideoFrames seen =
        MediaReader.read(
                video,
                Reading.all(frames + 1)
                    .with(frame -> Resampling.BICUBIC.resize(frame, tileWidth, tileHeight)))
            .frames();
    if (seen.frames() != frames) {
      throw new PipelineException(
          "the clip that was written has %d frames instead of %d".formatted(seen.frames(), frames));
    }
    VideoFrames first = MediaReader.read(video, Reading.first(1)).frames();
    write(
        folder.resolve(DataFolder.THUMBNAIL), image(first.width(), first.height(), first.frame(0)));
    int shown = Math.min(frames, MOST);
    int columns = (int) Math.ceil(Math.sqrt(shown));
    int rows = Math.ceilDiv(shown, columns);
    BufferedImage sheet =
        new BufferedImage(columns * tileWidth, rows * tileHeight, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < shown; i++) {
      int index = shown == 1 ? 0 : Math.toIntExact((long) i * (frames - 1) / (shown - 1));
      sheet
          .getRaster()
          .setRect(
              i % columns * tileWidth,
              i / columns * tileHeight,
              image(tileWidth, tileHeight, seen.frame(index)).getRaster());
    }
    write(folder.resolve(DataFolder.SPRITESHEET), sheet);
    ObjectNode layout = Json.object();
    layout.put("columns", columns).put("rows", rows).put("frames", shown);
    return layout.put("width", tileWidth).put("height", tileHeight);
  }

  /**
   * A preview for clients.
   *
   * @param png what the job has written
   * @param width of a frame
   * @param frames how many there are
   */
  static ObjectNode preview(byte[] png, int width, int frames) throws IOException {
    BufferedImage read = ImageIO.read(new ByteArrayInputStream(png));
    if (read == null) {
      throw new IOException("no picture");
    }
    BufferedImage rgb =
        new BufferedImage(read.getWidth(), read.getHeight(), BufferedImage.TYPE_INT_RGB);
    rgb.getGraphics().drawImage(read, 0, 0, null);
    int columns = Math.clamp((PREVIEW_ROW + PREVIEW_GAP) / (width + PREVIEW_GAP), 1, frames);
    int rows = Math.ceilDiv(frames, columns);
    ObjectNode preview = Json.object();
    preview.put("image", "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(jpeg(rgb)));
    preview.put("columns", columns).put("rows", rows).put("frames", frames);
    preview.put("width", width);
    return preview.put("height", (read.getHeight() + PREVIEW_GAP) / rows - PREVIEW_GAP);
  }

  private static BufferedImage image(int width, int height, byte[] rgb) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] row = new int[width];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int at = 3 * (y * width + x);
        row[x] = (rgb[at] & 0xff) << 16 | (rgb[at + 1] & 0xff) << 8 | rgb[at + 2] & 0xff;
      }
      image.setRGB(0, y, width, 1, row, 0, width);
    }
    return image;
  }

  private static void write(Path file, BufferedImage image) throws IOException {
    byte[] jpeg = jpeg(image);
    OutputFile.write(file, temporary -> Files.write(temporary, jpeg));
  }

  private static byte[] jpeg(BufferedImage image) throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (var out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam settings = writer.getDefaultWriteParam();
      settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      settings.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), settings);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
