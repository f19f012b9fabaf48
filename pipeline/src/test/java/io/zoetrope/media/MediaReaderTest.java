package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void refusesWhatIsNoClip() throws IOException {
    assertTrue(refusal(folder.resolve("missing.mp4")).endsWith("there is no such file"));
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
  }
}
