package io.zoetrope.weights;

import io.zoetrope.encoding.StoredBytes;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Reads a GGUF file from front to back. Whatever lengths the file claims, nothing is read beyond an
 * end, and nothing is allocated for what the file does not hold.
 */
final class GgufCursor {
  private static final int WINDOW = 1 << 16;

  private final String file;
  private final StoredBytes bytes;
  private final long end;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW).order(ByteOrder.LITTLE_ENDIAN);

  /** Where the byte behind the window lies in the file. */
  private long ahead;

  /** What is being read, for messages. */
  private String place = "its beginning";

  /**
   * A cursor on the bytes from a position to an end.
   *
   * @param file names the file in messages
   */
  GgufCursor(String file, StoredBytes bytes, long from, long end) {
    this.file = file;
    this.bytes = bytes;
    this.end = end;
    ahead = from;
    window.limit(0);
  }

  /** Says what is read from here on. */
  void enter(String newPlace) {
    place = newPlace;
  }

  /** Position of the next byte in the file. */
  long position() {
    return ahead - window.remaining();
  }

  /** Number of bytes to the end. */
  long remaining() {
    return end - position();
  }

  WeightsException broken(String message) {
    return new WeightsException("%s: %s: %s".formatted(file, place, message));
  }

  int readByte() {
    need(Byte.BYTES);
    return window.get();
  }

  int readShort() {
    need(Short.BYTES);
    return window.getShort();
  }

  int readInt() {
    need(Integer.BYTES);
    return window.getInt();
  }

  long readLong() {
    need(Long.BYTES);
    return window.getLong();
  }

  /**
   * Reads a text: its length in bytes, and as many bytes of UTF-8.
   *
   * @param longest how many bytes it may have
   * @throws WeightsException if it has more, or is no UTF-8
   */
  String readText(int longest) {
    long length = readLong();
    requireLeft(length, "a text of %s bytes".formatted(Long.toUnsignedString(length)));
    if (length > longest) {
      throw broken(
          "a text of %d bytes is longer than %d, the most allowed".formatted(length, longest));
    }
    byte[] text = new byte[(int) length];
    readFully(text);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
    } catch (CharacterCodingException e) {
      throw new WeightsException("%s: %s: a text is not valid UTF-8".formatted(file, place), e);
    }
  }

  /** Skips a text without reading it. */
  void skipText() {
    long length = readLong();
    requireLeft(length, "a text of %s bytes".formatted(Long.toUnsignedString(length)));
    skip(length);
  }

  /** Skips bytes that are there. */
  void skip(long count) {
    if (count <= window.remaining()) {
      window.position(window.position() + (int) count);
    } else {
      ahead = position() + count;
      window.limit(0);
    }
  }

  /** Reads bytes that are there. */
  void readFully(byte[] out) {
    int buffered = Math.min(out.length, window.remaining());
    window.get(out, 0, buffered);
    if (buffered < out.length) {
      MemorySegment rest = MemorySegment.ofArray(out).asSlice(buffered);
      bytes.read(ahead, rest);
      ahead += rest.byteSize();
    }
  }

  /** Checks a length that the file claims, which counts as unsigned. */
  void requireLeft(long count, String what) {
    if (Long.compareUnsigned(count, remaining()) > 0) {
      throw broken("%s, but only %d follow: is the file whole?".formatted(what, remaining()));
    }
  }

  private void need(int count) {
    if (window.remaining() >= count) {
      return;
    }
    if (remaining() < count) {
      throw broken("the file ends there: is it whole?");
    }
    window.compact();
    int more = (int) Math.min(window.remaining(), end - ahead);
    bytes.read(ahead, MemorySegment.ofBuffer(window.duplicate().limit(window.position() + more)));
    ahead += more;
    window.position(window.position() + more).flip();
  }
}
