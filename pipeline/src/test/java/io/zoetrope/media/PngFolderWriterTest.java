package io.zoetrope.media;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngFolderWriterTest {
  @TempDir Path folder;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"frames/", "frames.png-folder", "clip.v2/"})
  void framesAreExact(String name) throws IOException {
    VideoFrames clip = TestClips.noise(31, 17, 2);
    MediaWriter writer = MediaWriter.open(folder + "/" + name);
    writer.write(clip, 8, TestClips.provenance());
    assertEquals(List.of("00000.png", "00001.png", "provenance.json"), names(writer.target()));
    for (int i = 0; i < 2; i++) {
      Path frame = writer.target().resolve("0000" + i + ".png");
      VideoClip read = MediaReader.read(frame, 1);
      assertEquals(new VideoFrames(31, 17, 1, clip.frame(i)), read.frames());
      assertEquals(0, read.framesPerSecond());
      assertEquals(TestClips.provenance(), Provenance.read(frame));
      String bytes = Files.readString(frame, StandardCharsets.ISO_8859_1);
      assertTrue(bytes.contains("iTXtXML:com.adobe.xmp\0\0\0\0\0<?xpacket"));
      assertTrue(bytes.contains("DigitalSourceType=\"" + Provenance.TRAINED_ALGORITHMIC_MEDIA));
    }
    assertEquals(List.of(writer.target().getFileName().toString()), names(folder));
  }

  @Test
  void replacesAnEmptyFolderAndAnEarlierClip() throws IOException {
    Path target = Files.createDirectory(folder.resolve("frames.png-folder"));
    MediaWriter.open(target.toString())
        .write(TestClips.noise(16, 16, 3), 8, TestClips.provenance());
    MediaWriter.open(target.toString())
        .write(TestClips.noise(16, 16, 1), 8, TestClips.provenance());
    assertEquals(List.of("00000.png", "provenance.json"), names(target));
    assertEquals(List.of("frames.png-folder"), names(folder));
  }

  @Test
  void keepsFoldersOfOthers() throws IOException {
    Path target = Files.createDirectory(folder.resolve("frames.png-folder"));
    Path photo = Files.writeString(target.resolve("00000.png"), "mine");
    assertThrows(MediaException.class, () -> MediaWriter.open(target.toString()));
    Files.delete(photo);
    MediaWriter writer = MediaWriter.open(target.toString());
    writer.write(TestClips.noise(16, 16, 1), 8, TestClips.provenance());
    Files.writeString(target.resolve("notes.txt"), "mine");
    String message =
        assertThrows(
                MediaException.class,
                () -> writer.write(TestClips.noise(16, 16, 1), 8, TestClips.provenance()))
            .getMessage();
    assertEquals(
        "cannot write "
            + target
            + ": the folder holds other files than frames; choose an empty or new one",
        message);
    assertEquals(List.of("00000.png", "notes.txt", "provenance.json"), names(target));
  }

  @Test
  void refusesAFileOfThatName() throws IOException {
    Path target = Files.writeString(folder.resolve("frames.png-folder"), "mine");
    assertThrows(MediaException.class, () -> MediaWriter.open(target.toString()));
    assertFalse(Files.isDirectory(target));
  }

  @Test
  void theOldFolderComesBackIfTheNewOneCannotTakeItsPlace() throws IOException {
    var writer = new PngFolderWriter(folder.resolve("frames.png-folder"));
    writer.write(TestClips.noise(16, 16, 2), 8, TestClips.provenance());
    List<String> before = names(writer.target());
    assertThrows(IOException.class, () -> writer.publish(folder.resolve("missing")));
    assertEquals(before, names(writer.target()));
    assertEquals(List.of("frames.png-folder"), names(folder));
  }

  /** As after a run that was killed between the two renames, and one that was before the end. */
  @Test
  void aFolderThatWasLeftAsideComesBack() throws IOException {
    Path target = folder.resolve("frames.png-folder");
    MediaWriter writer = MediaWriter.open(target.toString());
    writer.write(TestClips.noise(16, 16, 2), 8, TestClips.provenance());
    byte[] name = "frames.png-folder".getBytes(StandardCharsets.UTF_8);
    Path aside = folder.resolve(".zoetrope-%s.replaced".formatted(UUID.nameUUIDFromBytes(name)));
    Files.move(target, aside);
    MediaWriter.open(target.toString());
    assertEquals(3, names(target).size());
    Files.move(target, aside);
    writer.write(TestClips.noise(16, 16, 1), 8, TestClips.provenance());
    assertEquals(2, names(target).size());
    assertEquals(List.of("frames.png-folder"), names(folder));
  }
}
