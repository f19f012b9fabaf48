package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaReaderTest {
  @TempDir Path folder;

  private static String refusal(Path file) {
    String message =
        assertThrows(MediaException.class, () -> MediaReader.read(file, 100)).getMessage();
    assertTrue(message.startsWith("cannot read " + file + ": "), message);
    assertFalse(message.contains("\n"), message);
    return message;
  }

  private Path clip() {
    MediaWriter writer = MediaWriter.open(folder.resolve("clip.mp4").toString());
    writer.write(TestClips.spot(64, 64, 5), 8, TestClips.provenance());
    return writer.target();
  }

  @Test
  void readsJpegWithItsOwnColours() throws IOException {
    var image = new BufferedImage(32, 16, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 32 * 16; i++) {
      image.setRGB(i % 32, i / 32, 0xC83214);
    }
    Path file = folder.resolve("image.jpg");
    assertTrue(ImageIO.write(image, "jpg", file.toFile()));
    byte[] rgb = MediaReader.read(file, 1).frames().frame(0);
    assertEquals(32 * 16 * 3, rgb.length);
    assertEquals(0xC8, rgb[0] & 0xFF, 3);
    assertEquals(0x32, rgb[1] & 0xFF, 3);
    assertEquals(0x14, rgb[2] & 0xFF, 3);
  }

  @Test
  void contentCountsAndNotTheName() throws IOException {
    Path renamed = Files.move(clip(), folder.resolve("clip-%d.jpg"));
    assertEquals(5, MediaReader.read(renamed, 5).frames().frames());
  }

  /**
   * The second frame holds less than the format of the first asks for: memory of others would be
   * read.
   */
  @ParameterizedTest
  @CsvSource({
    "two-formats.png, 2048, 64, 201, 255",
    "two-formats.mov, 64, 64, 200, 100",
  })
  void eachFrameIsConvertedByItsOwnFormat(String name, int width, int height, int first, int second)
      throws IOException {
    Path file = resource(name);
    for (int i = 0; i < 20; i++) {
      VideoFrames frames = MediaReader.read(file, 2).frames();
      assertEquals(frames(width, height, first, second), frames);
    }
  }

  private static VideoFrames frames(int width, int height, int first, int second) {
    byte[] rgb = new byte[2 * height * width * 3];
    Arrays.fill(rgb, 0, rgb.length / 2, (byte) first);
    Arrays.fill(rgb, rgb.length / 2, rgb.length, (byte) second);
    return new VideoFrames(width, height, 2, rgb);
  }

  private Path resource(String name) throws IOException {
    return Files.write(folder.resolve(Path.of(name).getFileName()), MediaFuzzTest.resource(name));
  }

  @Test
  void refusesASizeThatChanges() throws IOException {
    byte[] small = MediaFuzzTest.resource("palette.png");
    byte[] large = MediaFuzzTest.resource("two-formats.png");
    byte[] both = Arrays.copyOf(small, small.length + large.length);
    System.arraycopy(large, 0, both, small.length, large.length);
    String message = refusal(Files.write(folder.resolve("both.png"), both));
    assertTrue(message.endsWith("its size changes from 18x16 to 2048x64 in frame 1"), message);
  }

  /** The same clip twice, the second with a display matrix. */
  @Test
  void framesAreTurnedAsTheyAreToBeShown() throws IOException {
    VideoFrames stored = MediaReader.read(resource("mpeg4.mp4"), 4).frames();
    VideoFrames shown = MediaReader.read(resource("turned-and-mirrored.mp4"), 4).frames();
    assertEquals(16, shown.width());
    assertEquals(18, shown.height());
    for (int i = 0; i < 4; i++) {
      for (int y = 0; y < 18; y++) {
        for (int x = 0; x < 16; x++) {
          int from = ((15 - x) * 18 + 17 - y) * 3;
          int to = (y * 16 + x) * 3;
          assertArrayEquals(
              Arrays.copyOfRange(stored.frame(i), from, from + 3),
              Arrays.copyOfRange(shown.frame(i), to, to + 3));
        }
      }
    }
  }

  /** The second frame is shown for an eighth of a second, the third for half of one. */
  @Test
  void framesAreTakenByTheTimesAtWhichTheyAreShown() throws IOException {
    Path file = resource("pictures/varying.webm");
    VideoClip each = MediaReader.read(file, 4);
    assertFalse(each.source().isSteady());
    VideoFrames frames = MediaReader.read(file, Reading.all(9).at(8)).frames();
    int[] expected = {0, 1, 2, 2, 2, 2, 3};
    assertEquals(expected.length, frames.frames());
    for (int i = 0; i < expected.length; i++) {
      assertArrayEquals(each.frames().frame(expected[i]), frames.frame(i));
    }
  }

  @Test
  void pixelsAreSquaresAndSidesMayBeOdd() throws IOException {
    assertEquals(
        "2 frames of 32x16",
        MediaReader.read(resource("pictures/pixels.mp4"), 2).frames().toString());
    VideoFrames odd = MediaReader.read(resource("pictures/odd.mp4"), 2).frames();
    assertEquals("2 frames of 17x15", odd.toString());
    byte[] last = odd.frame(1);
    assertEquals(80, last[last.length - 1] & 0xff, 2);
  }

  @Test
  void readsFilesOfOldCameras() throws IOException {
    VideoClip clip = MediaReader.read(resource("pictures/old.avi"), Reading.all(9).at(16));
    assertEquals("6 frames of 16x16", clip.frames().toString());
    assertTrue(clip.source().isSteady());
  }

  @Test
  void soundAloneIsNoClip() throws IOException {
    assertTrue(
        refusal(resource("pictures/sound.m4a"))
            .endsWith("it has no pictures, only sound or nothing"));
  }

  @Test
  void refusesCodecsThatAreNotTried() throws IOException {
    byte[] clip = MediaFuzzTest.resource("mjpeg.mov");
    String text = new String(clip, StandardCharsets.ISO_8859_1).replace("jpeg", "av01");
    String message =
        refusal(
            Files.write(folder.resolve("other.mp4"), text.getBytes(StandardCharsets.ISO_8859_1)));
    assertTrue(message.endsWith("its codec 'av1' isn't supported; use H.264"), message);
  }

  /** Reading one would wait for ever. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void refusesPipes() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe.mp4");
    assumeTrue(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor() == 0);
    assertTrue(refusal(pipe).endsWith("it is a pipe or a device, not a file"));
    assertThrows(MediaException.class, () -> Provenance.read(pipe));
  }

  @Test
  void refusesWhatIsNoClip() throws IOException {
    assertTrue(refusal(folder.resolve("missing.mp4")).endsWith("no such file or folder"));
    refusal(folder);
    refusal(Files.write(folder.resolve("empty.mp4"), new byte[0]));
    refusal(Files.writeString(folder.resolve("text.mp4"), "hello"));
  }

  @Test
  void doesNotFollowListsOfOtherFiles() throws IOException {
    clip();
    refusal(Files.writeString(folder.resolve("list.mp4"), "ffconcat version 1.0\nfile clip.mp4\n"));
    refusal(
        Files.writeString(
            folder.resolve("list.m3u8"), "#EXTM3U\n#EXTINF:1,\nclip.mp4\n#EXT-X-ENDLIST\n"));
  }

  @Test
  void refusesMoreFramesThanAskedFor() {
    Path file = clip();
    assertEquals(5, MediaReader.read(file, 5).frames().frames());
    String message =
        assertThrows(MediaException.class, () -> MediaReader.read(file, 4)).getMessage();
    assertEquals("cannot read " + file + ": it has more than 4 frames; cut it first", message);
  }

  @Test
  void refusesATruncatedClip() throws IOException {
    byte[] bytes = Files.readAllBytes(clip());
    Path cut = folder.resolve("cut.mp4");
    for (int length = bytes.length * 3 / 4; length > 0; length -= bytes.length / 8) {
      refusal(Files.write(cut, Arrays.copyOf(bytes, length)));
    }
  }

  /** A PNG header that promises more pixels than memory, and nothing behind it. */
  @Test
  void refusesHugeImages() throws IOException {
    byte[] header = new byte[25];
    ByteBuffer.wrap(header)
        .putInt(13)
        .put("IHDR".getBytes())
        .putInt(60_000)
        .putInt(60_000)
        .put(new byte[] {8, 2, 0, 0, 0});
    var checksum = new CRC32();
    checksum.update(header, 4, 17);
    ByteBuffer.wrap(header).putInt(21, (int) checksum.getValue());
    Path file = folder.resolve("huge.png");
    Files.write(file, ByteBuffer.allocate(33).put(PngText.SIGNATURE).put(header).array());
    refusal(file);
    var image = new BufferedImage(8192, 4097, BufferedImage.TYPE_BYTE_BINARY);
    Path real = folder.resolve("real.png");
    assertTrue(ImageIO.write(image, "png", real.toFile()));
    assertTrue(refusal(real).contains("more than 33554432 pixels"), refusal(real));
  }
}
