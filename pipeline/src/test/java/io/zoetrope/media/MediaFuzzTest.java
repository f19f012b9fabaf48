package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.files.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small files with random faults are read as frames of one size, or refused in one line.
 *
 * <p>{@code -Dzoetrope.fuzz=100000} asks for more of them, {@code -Dzoetrope.fuzz.first=123} begins
 * at another than case 0. A fault of native code ends the virtual machine: the file of the case is
 * {@code target/fuzz-media} then.
 */
class MediaFuzzTest {
  private static final int CASES = 400;
  private static final int MAX_FRAMES = 20;
  private static final int[] EXTREMES = {0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF};
  private static final List<String> SEEDS =
      List.of(
          "clip.gif",
          "control-characters.png",
          "h264.mp4",
          "image.jpg",
          "mjpeg.mov",
          "mpeg4.mp4",
          "palette.png",
          "rgba64.png",
          "turned-and-mirrored.mp4",
          "two-formats.mov",
          "two-formats.png",
          "vp9.mp4",
          "pictures/cmyk.jpg",
          "pictures/indexed-alpha.png",
          "pictures/lossless.webp",
          "pictures/lossy-alpha.webp",
          "pictures/moves.png",
          "pictures/old.avi",
          "pictures/turned.jpg",
          "pictures/turned.webp",
          "pictures/varying.webm");

  @TempDir Path folder;

  @Test
  void whatIsBrokenGivesFramesOrOneError() throws IOException {
    List<byte[]> seeds = new ArrayList<>();
    for (String name : SEEDS) {
      seeds.add(resource(name));
    }
    seeds.addAll(written());
    Path file = Path.of("target", "fuzz-media");
    int first = Integer.getInteger("zoetrope.fuzz.first", 0);
    int count = Integer.getInteger("zoetrope.fuzz", CASES);
    int read = 0;
    for (int number = first; number < first + count; number++) {
      Files.write(file, mutated(seeds, new Random(number)));
      try {
        read += read(file);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("case %d: %s".formatted(number, e), e);
      }
    }
    assertTrue(count < CASES || read > count / 20, "%d of %d were read".formatted(read, count));
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = MediaFuzzTest.class.getResourceAsStream(name)) {
      return in.readAllBytes();
    }
  }

  /** What this engine writes, with its comments. */
  private List<byte[]> written() throws IOException {
    List<byte[]> files = new ArrayList<>();
    for (String name : List.of("out.mp4", "out.gif", "out.png-folder")) {
      MediaWriter writer = MediaWriter.open(folder.resolve(name).toString());
      writer.write(TestClips.spot(16, 16, 2), 8, TestClips.provenance());
      Path target = writer.target();
      files.add(
          Files.readAllBytes(Files.isDirectory(target) ? target.resolve("00000.png") : target));
    }
    return files;
  }

  /** Returns 1 if there are frames. */
  private static int read(Path file) {
    try {
      assertFalse(Provenance.read(file).entries().isEmpty());
    } catch (MediaException e) {
      requireOneLine(e);
    }
    try {
      VideoClip clip = MediaReader.read(file, MAX_FRAMES);
      VideoFrames frames = clip.frames();
      assertTrue(frames.frames() <= MAX_FRAMES);
      assertTrue(clip.framesPerSecond() >= 0 && Double.isFinite(clip.framesPerSecond()));
      assertEquals(frames.width() * frames.height() * 3, frames.frame(frames.frames() - 1).length);
      return 1;
    } catch (MediaException e) {
      requireOneLine(e);
      return 0;
    }
  }

  private static void requireOneLine(MediaException e) {
    assertEquals(Printable.line(e.getMessage()), e.getMessage());
  }

  private static byte[] mutated(List<byte[]> seeds, Random random) {
    byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
    for (int faults = 1 + random.nextInt(4); faults > 0; faults--) {
      bytes = fault(bytes, seeds, random);
    }
    return random.nextBoolean() ? withPngChecksums(bytes) : bytes;
  }

  private static byte[] fault(byte[] bytes, List<byte[]> seeds, Random random) {
    int at = random.nextInt(bytes.length);
    switch (random.nextInt(8)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt();
      case 2 -> putInt(bytes, at, EXTREMES[random.nextInt(EXTREMES.length)]);
      case 3 -> putInt(bytes, at, 1 << random.nextInt(32));
      case 4 -> putInt(bytes, at, random.nextInt(4096));
      case 5 -> {
        return Arrays.copyOf(bytes, 12 + random.nextInt(Math.max(1, bytes.length - 12)));
      }
      case 6 -> {
        // A part again, or left out.
        int other = random.nextInt(bytes.length);
        return joined(Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, other, bytes.length));
      }
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        return joined(bytes, other);
      }
    }
    return bytes;
  }

  private static void putInt(byte[] bytes, int at, int value) {
    if (at + Integer.BYTES <= bytes.length) {
      ByteBuffer.wrap(bytes).putInt(at, value);
    }
  }

  private static byte[] joined(byte[] first, byte[] second) {
    var joined = new ByteArrayOutputStream();
    joined.writeBytes(first);
    joined.writeBytes(second);
    return joined.toByteArray();
  }

  /** Faults inside chunks are looked at only if the checksum is right. */
  static byte[] withPngChecksums(byte[] bytes) {
    if (!Arrays.equals(Arrays.copyOf(bytes, PngText.SIGNATURE.length), PngText.SIGNATURE)) {
      return bytes;
    }
    ByteBuffer png = ByteBuffer.wrap(bytes);
    int at = PngText.SIGNATURE.length;
    while (at + 12 <= bytes.length
        && png.getInt(at) >= 0
        && png.getInt(at) <= bytes.length - at - 12) {
      int length = png.getInt(at);
      var checksum = new CRC32();
      checksum.update(bytes, at + 4, 4 + length);
      png.putInt(at + 8 + length, (int) checksum.getValue());
      at += 12 + length;
    }
    return bytes;
  }
}
