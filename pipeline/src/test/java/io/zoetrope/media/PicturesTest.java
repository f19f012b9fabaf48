package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pictures of every kind beside Pillow ({@code tools/reference/fixtures/pictures.py}). */
class PicturesTest {
  private static final int WIDTH = 24;
  private static final int HEIGHT = 16;

  /** What EXIF calls 1 to 8, for blocks of grey 1 2 3 above 4 5 6. */
  private static final String[] TURNED = {
    "123 456", "321 654", "654 321", "456 123", "14 25 36", "41 52 63", "63 52 41", "36 25 14"
  };

  @TempDir Path folder;

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] resource(String name) throws IOException {
    return MediaFuzzTest.resource("pictures/" + name);
  }

  private VideoFrames read(String name) throws IOException {
    return PictureReader.picture(file(name, resource(name)));
  }

  private String refusal(String name, byte[] content) throws IOException {
    Path file = file(name, content);
    String message =
        assertThrows(MediaException.class, () -> PictureReader.picture(file)).getMessage();
    String start = "cannot read " + file + ": ";
    assertTrue(message.startsWith(start), message);
    return message.substring(start.length());
  }

  /** The largest difference of a level that there may be. */
  @ParameterizedTest
  @CsvSource({
    "rgb.png, 0",
    "grey.png, 0",
    "bits.png, 0",
    "indexed.png, 0",
    "rgba.png, 1",
    "grey-alpha.png, 1",
    "indexed-alpha.png, 1",
    "rgb16.png, 0",
    "rgba16.png, 0",
    "grey16.png, 1",
    "rgb444.jpg, 2",
    "rgb420.jpg, 2",
    "progressive.jpg, 2",
    "grey.jpg, 1",
    "cmyk.jpg, 1",
    "ycck.jpg, 3",
    "lossy.webp, 1",
    "lossless.webp, 0",
    "lossy-alpha.webp, 1",
    "lossless-alpha.webp, 1",
  })
  void hasThePixelsThatPillowSees(String name, int most) throws IOException {
    VideoFrames picture = read(name);
    assertEquals("1 frame of %dx%d".formatted(WIDTH, HEIGHT), picture.toString());
    byte[] expected = resource(name + ".rgb");
    byte[] actual = picture.frame(0);
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((expected[i] & 0xff) - (actual[i] & 0xff)));
    }
    assertTrue(largest <= most, name + ": " + largest);
  }

  @Test
  void largePicturesHaveTheColoursOfSmallOnes() throws IOException {
    byte[] pixel = Arrays.copyOf(read("tall.webp").frame(0), 3);
    assertEquals(200, pixel[0] & 0xff, 1);
    assertEquals(40, pixel[1] & 0xff, 1);
    assertEquals(90, pixel[2] & 0xff, 1);
  }

  @Test
  void transparentPartsHaveTheBackground() throws IOException {
    Path file = file("rgba.png", resource("rgba.png"));
    Colour pink = new Colour(255, 0, 255);
    byte[] shown = PictureReader.picture(file, pink).frame(0);
    assertEquals("255 0 255", TestClips.levels(Arrays.copyOf(shown, 3)));
    byte[] opaque = Arrays.copyOfRange(shown, (WIDTH - 1) * 3, WIDTH * 3);
    assertArrayEquals(
        Arrays.copyOfRange(resource("rgb.png.rgb"), (WIDTH - 1) * 3, WIDTH * 3), opaque);
  }

  @ParameterizedTest
  @ValueSource(strings = {"turned.png", "turned.jpg", "turned.webp"})
  void isTurnedAsExifSays(String name) throws IOException {
    for (int number = 1; number <= 8; number++) {
      VideoFrames shown = PictureReader.picture(file(name, turned(resource(name), number)));
      assertEquals(TURNED[number - 1], blocks(shown), name + " " + number);
    }
  }

  /** The file with another number in its tag 0x0112, a short, in either order of bytes. */
  private static byte[] turned(byte[] file, int number) {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    int little = text.indexOf("\u0012\u0001\u0003\0\u0001\0\0\0");
    int big = text.indexOf("\u0001\u0012\0\u0003\0\0\0\u0001");
    assertTrue(little >= 0 || big >= 0);
    file[little >= 0 ? little + 8 : big + 9] = (byte) number;
    return MediaFuzzTest.withPngChecksums(file);
  }

  private static String blocks(VideoFrames shown) {
    StringBuilder blocks = new StringBuilder();
    byte[] rgb = shown.frame(0);
    for (int y = 4; y < shown.height(); y += 8) {
      for (int x = 4; x < shown.width(); x += 8) {
        blocks.append(Math.round((rgb[(y * shown.width() + x) * 3] & 0xff) / 40f));
      }
      blocks.append(' ');
    }
    return blocks.toString().strip();
  }

  @Test
  void whatMovesIsNoPicture() throws IOException {
    String frames = "it has more than 1 frame, and a picture is needed; save one of them as PNG";
    assertEquals(frames, refusal("moves.png", resource("moves.png")));
    assertEquals(frames, refusal("clip.gif", MediaFuzzTest.resource("clip.gif")));
    assertEquals(frames, refusal("h264.mp4", MediaFuzzTest.resource("h264.mp4")));
    assertEquals(
        "it is an animated WebP; save one of its pictures as PNG, or all as GIF or MP4",
        refusal("moves.webp", resource("moves.webp")));
    VideoFrames both = PictureReader.clip(file("moves.png", resource("moves.png")), 2);
    assertEquals("2 frames of 24x16", both.toString());
    assertEquals("123 456", blocks(both.first(1)));
  }

  /** Cameras append smaller copies, clips, and maps of how bright a picture is. */
  @Test
  void behindAPhotographThereMayBeMore() throws IOException {
    byte[] photograph = resource("rgb420.jpg");
    for (byte[] more : new byte[][] {resource("grey.jpg"), MediaFuzzTest.resource("h264.mp4")}) {
      byte[] both = Arrays.copyOf(photograph, photograph.length + more.length);
      System.arraycopy(more, 0, both, photograph.length, more.length);
      assertEquals(read("rgb420.jpg"), PictureReader.picture(file("both.jpg", both)));
    }
  }

  @Test
  void saysInOneLineWhatIsNoPicture() throws IOException {
    assertEquals("it is empty", refusal("empty.png", new byte[0]));
    String none = "it is no PNG, JPEG, WebP, GIF, MP4, MOV, WebM, Matroska or AVI file";
    assertEquals(none, refusal("text.png", "hello".getBytes(StandardCharsets.US_ASCII)));
    assertEquals(
        "it is a HEIC or AVIF picture; save it as PNG or JPEG",
        refusal("phone.jpg", "\0\0\0\030ftypheic".getBytes(StandardCharsets.US_ASCII)));
  }

  /** Files of which nothing but the size is true. */
  @Test
  void refusesWhatIsTooLargeBeforeItIsDecoded() throws IOException {
    byte[] png = resource("rgb.png");
    png[18] = 0x75;
    png[19] = 0x30;
    png[22] = 0x75;
    png[23] = 0x30;
    String message = "it has 30000x30000, more than 33554432 pixels; make it smaller first";
    assertEquals(message, refusal("large.png", MediaFuzzTest.withPngChecksums(png)));
    byte[] jpeg = resource("rgb444.jpg");
    int frame = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("\u00FF\u00C0");
    jpeg[frame + 5] = jpeg[frame + 7] = 0x75;
    jpeg[frame + 6] = jpeg[frame + 8] = 0x30;
    assertEquals(message, refusal("large.jpg", jpeg));
    byte[] webp = resource("lossy-alpha.webp");
    webp[24] = webp[27] = 0x2F;
    webp[25] = webp[28] = 0x75;
    assertEquals(message, refusal("large.webp", webp));
  }

  /** Without a marker of Adobe's nobody knows whether inks are stored, or their absence. */
  @Test
  void refusesColoursThatNobodyNames() throws IOException {
    byte[] jpeg = resource("cmyk.jpg");
    int marker = new String(jpeg, StandardCharsets.ISO_8859_1).indexOf("Adobe");
    jpeg[marker] = 'a';
    assertEquals(
        "it has four colours and does not say which; save it as RGB", refusal("cmyk.jpg", jpeg));
  }
}
