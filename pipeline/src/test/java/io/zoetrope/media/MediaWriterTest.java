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
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaWriterTest {
  @TempDir Path folder;

  private static String refusal(String output) {
    String message =
        assertThrows(MediaException.class, () -> MediaWriter.open(output)).getMessage();
    assertFalse(message.contains("\n"), message);
    return message;
  }

  @Test
  void namesTheExtensionsThatThereAre() {
    assertEquals(
        "cannot write out.avi: the extension .avi isn't supported; use .mp4, .gif, or .png-folder for a folder of PNG frames",
        refusal("out.avi"));
    assertTrue(refusal("out.png").contains("the extension .png isn't"));
    assertEquals(
        "cannot write clips/out: the name has no extension; use clips/out.mp4, clips/out.gif, or clips/out.png-folder for a folder of PNG frames",
        refusal("clips/out"));
  }

  @Test
  void refusesPlacesThatCannotBeWritten() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "mine");
    assertTrue(refusal(file + "/out.mp4").contains(file + " is not a folder"));
    Path missing = folder.resolve("missing");
    assertTrue(refusal(missing + "/out.mp4").contains(missing + " doesn't exist; create"));
    Path taken = Files.createDirectory(folder.resolve("taken.mp4"));
    assertTrue(refusal(taken.toString()).contains("it is a folder"));
    assertTrue(refusal("").contains("name a file"));
    assertTrue(refusal("a\0b.mp4").contains("choose another name"));
  }

  @Test
  void replacesAnEarlierFile() throws IOException {
    Path target = Files.writeString(folder.resolve("out.mp4"), "old");
    MediaWriter.open(target.toString()).write(TestClips.spot(32, 32, 2), 8, TestClips.provenance());
    assertEquals(2, MediaReader.read(target, 2).frames().frames());
    assertOnly(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.mp4", "out.gif", "out.png-folder"})
  void aCheckOpensEverythingAndLeavesNothing(String name) throws IOException {
    MediaWriter writer = MediaWriter.open(folder.resolve(name).toString());
    writer.check(64, 64, 17, 8);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
    Files.delete(folder);
    String message =
        assertThrows(MediaException.class, () -> writer.check(64, 64, 17, 8)).getMessage();
    assertTrue(message.startsWith("cannot write " + writer.target() + ": "), message);
    Files.createDirectory(folder);
  }

  /** Found before the job, and not when its clip is to be written. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void librariesThatCannotBeUnpackedAreNamed() throws IOException, InterruptedException {
    Path cache = Files.createDirectory(folder.resolve("cache"));
    String output =
        runLimited(
            CheckClip.class, Map.of("XDG_CACHE_HOME", cache.toString()), folder.resolve("out.mp4"));
    assertTrue(output.startsWith("cannot load the ffmpeg libraries on "), output);
    assertTrue(output.contains(": File too large; they are unpacked to "), output);
    assertEquals(1, output.lines().count(), output);
  }

  /** Prints the message of the error, and nothing else. */
  static final class CheckClip {
    public static void main(String[] arguments) {
      try {
        MediaWriter.open(arguments[0]).check(64, 64, 5, 8);
      } catch (MediaException e) {
        System.out.print(e.getMessage());
        System.exit(1);
      }
    }
  }

  /** A limit on the size of files fails in the middle of writing, as a full disk does. */
  @ParameterizedTest
  @ValueSource(strings = {"out.mp4", "out.gif", "out.png-folder"})
  @DisabledOnOs(OS.WINDOWS)
  void leavesNothingHalfWritten(String name) throws IOException, InterruptedException {
    Ffmpeg.load();
    Path target = folder.resolve(name);
    String output = runLimited(WriteLargeClip.class, Map.of(), target);
    assertTrue(output.startsWith("cannot write " + target + ": "), output);
    assertTrue(
        output.endsWith("; check that there is free space and that the folder can be written to"),
        output);
    assertTrue(output.contains("File too large"), output);
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(0, files.count());
    }
  }

  /** Prints the message of the error, and nothing else. */
  static final class WriteLargeClip {
    public static void main(String[] arguments) {
      try {
        MediaWriter.open(arguments[0])
            .write(TestClips.noise(128, 128, 5), 8, TestClips.provenance());
      } catch (MediaException e) {
        System.out.print(e.getMessage());
        System.exit(1);
      }
    }
  }

  /** Runs a program that may write files of 4 KiB, and returns what it prints before it fails. */
  private static String runLimited(Class<?> program, Map<String, String> environment, Path target)
      throws IOException, InterruptedException {
    var builder =
        new ProcessBuilder(
            "sh",
            "-c",
            "ulimit -f 8 && exec \"$@\"",
            "sh",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:-UsePerfData",
            "-XX:TieredStopAtLevel=1",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            program.getName(),
            target.toString());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), output);
    return output;
  }

  private void assertOnly(Path target) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(target), files.toList());
    }
  }
}
