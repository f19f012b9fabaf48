package io.zoetrope.media;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32;

/** Text chunks of PNG files (PNG specification, third edition, 11.3.3). */
final class PngText {
  /** The specification's keyword for a comment. */
  static final String COMMENT = "Comment";

  static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  /**
   * Signature (8), length and type (4 + 4), content (13) and checksum (4) of the header chunk,
   * which stands first.
   */
  private static final int HEADER_END = 33;

  /** Bytes behind the content of a chunk. */
  private static final int CHECKSUM = 4;

  private PngText() {}

  /** A tEXt chunk: text in Latin-1. */
  static byte[] latin1(String keyword, String text) {
    return chunk("tEXt", (keyword + '\0' + text).getBytes(StandardCharsets.ISO_8859_1));
  }

  /** An iTXt chunk with an XMP packet (XMP Specification Part 3, PNG). */
  static byte[] xmp(byte[] packet) {
    byte[] head = "XML:com.adobe.xmp\0\0\0\0\0".getBytes(StandardCharsets.ISO_8859_1);
    return chunk(
        "iTXt", ByteBuffer.allocate(head.length + packet.length).put(head).put(packet).array());
  }

  /** The PNG file with chunks added behind its header. */
  static byte[] insert(byte[] png, List<byte[]> chunks) {
    var out = new ByteArrayOutputStream();
    out.write(png, 0, HEADER_END);
    chunks.forEach(out::writeBytes);
    out.write(png, HEADER_END, png.length - HEADER_END);
    return out.toByteArray();
  }

  /**
   * The text of the first tEXt chunk with that keyword in a PNG file, whose signature has been
   * read.
   *
   * @throws IOException if the file ends before its end chunk and before that text's, or the text
   *     is longer than {@link Provenance#MAX_BYTES}
   */
  static Optional<String> find(InputStream png, String keyword) throws IOException {
    var in = new DataInputStream(png);
    byte[] wanted = (keyword + '\0').getBytes(StandardCharsets.ISO_8859_1);
    try {
      while (true) {
        long length = Integer.toUnsignedLong(in.readInt());
        String type = new String(readWhole(in, 4), StandardCharsets.ISO_8859_1);
        if (type.equals("IEND")) {
          return Optional.empty();
        }
        if (type.equals("tEXt") && length >= wanted.length) {
          if (Arrays.equals(readWhole(in, wanted.length), wanted)) {
            int text = Provenance.requireBounded(length - wanted.length);
            return Optional.of(new String(readWhole(in, text), StandardCharsets.ISO_8859_1));
          }
          length -= wanted.length;
        }
        in.skipNBytes(length + CHECKSUM);
      }
    } catch (EOFException e) {
      throw new IOException("the file is cut short", e);
    }
  }

  private static byte[] readWhole(InputStream in, int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException();
    }
    return bytes;
  }

  private static byte[] chunk(String type, byte[] content) {
    var chunk = ByteBuffer.allocate(12 + content.length);
    chunk.putInt(content.length).put(type.getBytes(StandardCharsets.US_ASCII)).put(content);
    var checksum = new CRC32();
    checksum.update(chunk.array(), 4, 4 + content.length);
    return chunk.putInt((int) checksum.getValue()).array();
  }
}
