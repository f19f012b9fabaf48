package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProvenanceTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"out.mp4", "out.gif", "out.png-folder", "红球 🎈.MP4"})
  void everyOutputCarriesIt(String name) {
    MediaWriter writer = MediaWriter.open(folder.resolve(name).toString());
    writer.write(TestClips.spot(32, 16, 2), 8, TestClips.provenance());
    Provenance read = Provenance.read(writer.target());
    assertEquals(TestClips.provenance(), read);
    assertEquals(TestClips.PROMPT, read.entries().get("prompt"));
    assertEquals(
        "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
        read.entries().get("digitalSourceType"));
  }

  @Test
  void keepsOrderAndNamesTheEngine() {
    Provenance provenance = TestClips.provenance();
    assertEquals(
        List.of(
            "model",
            "prompt",
            "negative_prompt",
            "seed",
            "settings",
            "engine",
            "digitalSourceType"),
        List.copyOf(provenance.entries().keySet()));
    assertEquals("Zoetrope", Provenance.ENGINE.get("name"));
    String version = (String) Provenance.ENGINE.get("version");
    assertTrue(version.matches("\\d+\\.\\d+\\.\\d+.*"), version);
  }

  @Test
  void isJsonAndBack() {
    Provenance provenance = TestClips.provenance();
    assertEquals(provenance, Provenance.fromJson(provenance.toJson()));
    assertEquals(provenance, Provenance.fromJson(provenance.toPrettyJson()));
    assertTrue(provenance.toJson().contains("一个红球 🎈"));
    assertTrue(provenance.toAsciiJson().chars().allMatch(c -> c < 128));
    assertTrue(provenance.toJson().contains("\"guidance_scale\":3.1}"), provenance.toJson());
  }

  @Test
  void doesNotChangeWithItsSource() {
    var sizes = new ArrayList<Object>(List.of(64, 64));
    Provenance provenance = Provenance.of(Map.of("size", sizes));
    sizes.clear();
    assertEquals(List.of(64, 64), provenance.entries().get("size"));
  }

  @Test
  void refusesWhatIsNoDocument() {
    for (Map<String, Object> settings :
        List.<Map<String, Object>>of(
            Map.of("engine", "mine"),
            Map.of("digitalSourceType", "none"),
            Map.of("guidance_scale", Double.NaN),
            Map.of("path", Path.of("x")))) {
      assertThrows(IllegalArgumentException.class, () -> Provenance.of(settings));
    }
    for (String json :
        List.of("", "null", "[]", "{}", "{\"engine\":1", "{\"engine\":1,\"engine\":2}")) {
      assertThrows(IllegalArgumentException.class, () -> Provenance.fromJson(json), json);
    }
  }

  @Test
  void readingAFileWithoutItIsAClearError() throws IOException {
    Path png = folder.resolve("plain.png");
    var image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_RGB);
    assertTrue(ImageIO.write(image, "png", png.toFile()));
    Path text = Files.writeString(folder.resolve("text.mp4"), "hello");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path missing = folder.resolve("missing.mp4");
    assertEquals(
        png
            + " carries no provenance (no comment in it); only outputs of this engine that no other program rewrote do",
        assertThrows(MediaException.class, () -> Provenance.read(png)).getMessage());
    for (Path path : List.of(text, empty, missing)) {
      String message = assertThrows(MediaException.class, () -> Provenance.read(path)).getMessage();
      assertTrue(message.startsWith("cannot read " + path + ": "), message);
      assertFalse(message.contains("\n"), message);
    }
  }

  /** The first cut that the trials found ended within the comment. */
  @Test
  void everyCutOfAPictureIsOneClearError() throws IOException {
    MediaWriter writer = MediaWriter.open(folder.resolve("frames.png-folder").toString());
    writer.write(TestClips.spot(16, 16, 1), 8, TestClips.provenance());
    byte[] whole = Files.readAllBytes(writer.target().resolve("00000.png"));
    Path cut = folder.resolve("cut.png");
    int comment = new String(whole, StandardCharsets.ISO_8859_1).indexOf("digitalSourceType");
    for (int length = PngText.SIGNATURE.length; length < comment; length += 7) {
      Files.write(cut, Arrays.copyOf(whole, length));
      assertEquals(
          "cannot read " + cut + ": the file is cut short",
          assertThrows(MediaException.class, () -> Provenance.read(cut)).getMessage());
    }
  }

  @Test
  void aDocumentThatNoOutputHasIsNotRead() throws IOException {
    Path png = folder.resolve("large.png");
    byte[] chunk = PngText.latin1(PngText.COMMENT, "x".repeat(Provenance.MAX_BYTES + 1));
    Files.write(png, PngText.SIGNATURE);
    Files.write(png, chunk, StandardOpenOption.APPEND);
    assertRefused(png, "4194305 bytes, which no output");
    Path frames = Files.createDirectory(folder.resolve("frames"));
    Path document = frames.resolve(PngFolderWriter.PROVENANCE_FILE);
    Files.write(document, new byte[Provenance.MAX_BYTES + 1]);
    assertRefused(frames, "larger than the 4 MiB");
  }

  private static void assertRefused(Path path, String reason) {
    String message = assertThrows(MediaException.class, () -> Provenance.read(path)).getMessage();
    assertTrue(message.contains(reason), message);
  }

  @Test
  void namesFromFilesDoNotSteerTheTerminal() throws IOException {
    Path png = folder.resolve("broken.png");
    String json = "{\"engine\": 1, \"\u009b2J\": 1, \"\u009b2J\": 2}";
    Files.write(png, PngText.SIGNATURE);
    Files.write(png, PngText.latin1(PngText.COMMENT, json), StandardOpenOption.APPEND);
    assertRefused(png, "'\\u009b2J'");
  }
}
