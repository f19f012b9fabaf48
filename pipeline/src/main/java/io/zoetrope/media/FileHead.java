package io.zoetrope.media;

import io.zoetrope.files.InputFile;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a file says of itself before anything of it is decoded. Its name says nothing, and few
 * formats are read.
 *
 * @param format ffmpeg's name of it
 * @param isClip whether it is a container for clips, whose decoders hold several frames
 * @param width of a picture as it is stored; 0 where that is known later
 * @param height of a picture as it is stored; 0 where that is known later
 */
record FileHead(String format, boolean isClip, int width, int height) {
  /** No file has more parts than that in front of its picture. */
  private static final int MOST_PARTS = 10_000;

  /** Bytes behind the content of a chunk in a PNG. */
  private static final int CHECKSUM = 4;

  /**
   * Looks at a file.
   *
   * @throws IOException if it is of no format that is read, or a picture with too many pixels
   */
  static FileHead of(Path file) throws IOException {
    InputFile.requireRegular(file);
    if (Files.size(file) == 0) {
      throw new IOException("it is empty");
    }
    try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      FileHead head = read(in);
      if ((long) head.width * head.height > MediaReader.MAX_PIXELS) {
        throw new IOException(
            "it has %dx%d, more than %d pixels; make it smaller first"
                .formatted(head.width, head.height, MediaReader.MAX_PIXELS));
      }
      return head;
    } catch (EOFException e) {
      throw new IOException("the file is cut short", e);
    }
  }

  private static FileHead read(DataInputStream in) throws IOException {
    in.mark(16);
    String text = new String(in.readNBytes(12), StandardCharsets.ISO_8859_1);
    in.reset();
    if (text.startsWith("\u0089PNG\r\n\u001A\n")) {
      return png(in);
    } else if (text.startsWith("\u00FF\u00D8\u00FF")) {
      return jpeg(in);
    } else if (text.startsWith("RIFF") && text.startsWith("WEBP", 8)) {
      return webp(in);
    } else if (text.startsWith("RIFF") && text.startsWith("AVI ", 8)) {
      return clip("avi");
    } else if (text.startsWith("GIF8")) {
      in.skipNBytes(6);
      return new FileHead("gif", false, littleEndian(in, 2), littleEndian(in, 2));
    } else if (text.startsWith("ftyp", 4)) {
      return movie(text.substring(Math.min(8, text.length())));
    } else if (text.startsWith("\u001A\u0045\u00DF\u00A3")) {
      return clip("matroska");
    }
    throw new IOException("it is no PNG, JPEG, WebP, GIF, MP4, MOV, WebM, Matroska or AVI file");
  }

  private static FileHead clip(String format) {
    return new FileHead(format, true, 0, 0);
  }

  /** Pictures of phones look like clips (ISO/IEC 23008-12). */
  private static FileHead movie(String brand) throws IOException {
    switch (brand) {
      case "heic", "heix", "mif1", "avif" ->
          throw new IOException("it is a HEIC or AVIF picture; save it as PNG or JPEG");
      default -> {
        return clip("mov");
      }
    }
  }

  /** Chunks up to the picture (PNG specification, third edition, 11.2 and 11.3.6). */
  private static FileHead png(DataInputStream in) throws IOException {
    in.skipNBytes(PngText.SIGNATURE.length);
    int width = 0;
    int height = 0;
    for (int part = 0; part < MOST_PARTS; part++) {
      long length = Integer.toUnsignedLong(in.readInt());
      String type = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
      switch (type) {
        case "IHDR" -> {
          width = side(in.readInt());
          height = side(in.readInt());
          in.skipNBytes(length - 8 + CHECKSUM);
        }
        case "acTL" -> {
          return new FileHead("apng", false, width, height);
        }
        case "IDAT" -> {
          return new FileHead("png_pipe", false, width, height);
        }
        default -> in.skipNBytes(length + CHECKSUM);
      }
    }
    throw new IOException("its picture comes too late");
  }

  private static int side(int value) throws IOException {
    if (value < 0) {
      throw new IOException("it is damaged: a side of " + Integer.toUnsignedString(value));
    }
    return value;
  }

  /** Segments up to the frame header (ITU-T T.81, B.2.2). */
  private static FileHead jpeg(DataInputStream in) throws IOException {
    in.skipNBytes(2);
    boolean namesColours = false;
    for (int part = 0; part < MOST_PARTS; part++) {
      int marker = marker(in);
      int length = in.readUnsignedShort() - 2;
      if (marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC) {
        in.skipNBytes(1);
        int height = in.readUnsignedShort();
        int width = in.readUnsignedShort();
        if (in.readUnsignedByte() == 4 && !namesColours) {
          throw new IOException("it has four colours and does not say which; save it as RGB");
        }
        return new FileHead("jpeg_pipe", false, width, height);
      }
      if (marker == 0xEE && length >= 5) {
        namesColours |= new String(in.readNBytes(5), StandardCharsets.ISO_8859_1).equals("Adobe");
        length -= 5;
      }
      in.skipNBytes(length);
    }
    throw new IOException("its picture comes too late");
  }

  /** Bytes of 255 may stand before a marker. */
  private static int marker(DataInputStream in) throws IOException {
    if (in.readUnsignedByte() != 0xFF) {
      throw new IOException("it is damaged: between two segments there is something else");
    }
    int marker = in.readUnsignedByte();
    for (int fill = 0; marker == 0xFF && fill < MOST_PARTS; fill++) {
      marker = in.readUnsignedByte();
    }
    return marker;
  }

  /** The first chunk (WebP Container Specification; RFC 9649, 2.5 to 2.7). */
  private static FileHead webp(DataInputStream in) throws IOException {
    in.skipNBytes(12);
    String type = new String(in.readNBytes(4), StandardCharsets.ISO_8859_1);
    in.skipNBytes(4);
    switch (type) {
      case "VP8X" -> {
        boolean isAnimated = (in.readUnsignedByte() & 0x02) != 0;
        if (isAnimated) {
          throw new IOException(
              "it is an animated WebP; save one of its pictures as PNG, or all as GIF or MP4");
        }
        in.skipNBytes(3);
        return webp(littleEndian(in, 3) + 1, littleEndian(in, 3) + 1);
      }
      case "VP8L" -> {
        in.skipNBytes(1);
        int sides = littleEndian(in, 4);
        return webp((sides & 0x3FFF) + 1, (sides >> 14 & 0x3FFF) + 1);
      }
      case "VP8 " -> {
        in.skipNBytes(6);
        return webp(littleEndian(in, 2) & 0x3FFF, littleEndian(in, 2) & 0x3FFF);
      }
      default -> throw new IOException("it is damaged: a WebP without a picture");
    }
  }

  private static FileHead webp(int width, int height) {
    return new FileHead("webp_pipe", false, width, height);
  }

  private static int littleEndian(DataInputStream in, int bytes) throws IOException {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value |= in.readUnsignedByte() << 8 * i;
    }
    return value;
  }
}
