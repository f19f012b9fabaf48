package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GifWriterTest {
  @TempDir Path folder;

  private Path write(VideoFrames clip, int framesPerSecond) {
    MediaWriter writer = MediaWriter.open(folder.resolve("out.gif").toString());
    writer.write(clip, framesPerSecond, TestClips.provenance());
    return writer.target();
  }

  @Test
  void framesComeBackNearlyAsTheyWere() {
    VideoFrames clip = TestClips.spot(64, 64, 17);
    VideoClip read = MediaReader.read(write(clip, 8), 17);
    assertEquals(17, read.frames().frames());
    assertEquals(8, read.framesPerSecond(), 1e-9);
    double psnr = TestClips.psnr(clip, read.frames());
    assertTrue(psnr > 38, "PSNR " + psnr);
  }

  @Test
  void framesOfFewColoursKeepThem() {
    VideoFrames clip = TestClips.noise(15, 17, 3);
    double psnr = TestClips.psnr(clip, MediaReader.read(write(clip, 10), 3).frames());
    assertTrue(psnr > 60, "PSNR " + psnr);
  }

  @Test
  void otherReadersTakeItAndItLoops() throws IOException {
    Path file = write(TestClips.spot(64, 48, 3), 8);
    try (var in = ImageIO.createImageInputStream(new File(file.toString()))) {
      var reader = ImageIO.getImageReadersByFormatName("gif").next();
      reader.setInput(in);
      assertEquals(3, reader.getNumImages(true));
      assertEquals(64, reader.read(2).getWidth());
    }
    assertTrue(Files.readString(file, StandardCharsets.ISO_8859_1).contains("NETSCAPE2.0"));
  }

  @Test
  void refusesRatesThatBrowsersSlowDown() {
    MediaWriter writer = MediaWriter.open(folder.resolve("out.gif").toString());
    writer.check(64, 64, 1, 50);
    String message =
        assertThrows(MediaException.class, () -> writer.check(64, 64, 1, 51)).getMessage();
    assertTrue(
        message.endsWith(
            "a GIF plays at most 50 frames per second, got 51; choose a lower rate or write .mp4"),
        message);
  }

  @Test
  void refusesFramesThatAreTooLargeForMemory() {
    MediaWriter writer = MediaWriter.open(folder.resolve("out.gif").toString());
    String message =
        assertThrows(MediaException.class, () -> writer.check(8192, 4098, 1, 8)).getMessage();
    assertTrue(message.contains("at most 33554432 pixels, got 8192x4098; choose"), message);
  }

  @Test
  void aFullDiskIsAnError() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "a device that is always full");
    var writer = new GifWriter(folder.resolve("out.gif"));
    var error =
        assertThrows(
            IOException.class,
            () -> writer.encode(TestClips.noise(64, 64, 17), 8, TestClips.provenance(), full));
    assertTrue(error.getMessage().contains("No space left on device"), error.getMessage());
  }
}
