package io.zoetrope.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class InputFileTest {
  @TempDir Path folder;

  private static String refusal(Path file, int limit) {
    return FileErrors.reason(assertThrows(IOException.class, () -> InputFile.readAll(file, limit)));
  }

  @Test
  void aFileOfTheLimitIsReadAndALargerOneIsNot() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});
    assertArrayEquals(new byte[] {1, 2, 3}, InputFile.readAll(file, 3));
    assertArrayEquals(new byte[] {1, 2, 3}, InputFile.readAll(file, 4));
    assertEquals("it is larger than the 2 bytes that such a file may have", refusal(file, 2));
    InputFile.open(file).close();
  }

  @Test
  void foldersAndMissingFilesAreRefused() {
    assertEquals("it is a folder", refusal(folder, 9));
    assertEquals("no such file or folder", refusal(folder.resolve("none"), 9));
    assertFalse(InputFile.isThere(folder.resolve("none")));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void linksAreFollowed() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {7});
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);
    assertArrayEquals(new byte[] {7}, InputFile.readAll(link, 1));
    Files.delete(file);
    assertEquals("it is a link to '" + file + "', which does not exist", refusal(link, 1));
    assertTrue(InputFile.isThere(link));
  }

  @Test
  @EnabledOnOs({OS.LINUX, OS.MAC})
  void devicesAndPipesAreRefusedAtOnce() throws IOException, InterruptedException {
    assertEquals("it is a pipe or a device, not a file", refusal(Path.of("/dev/zero"), 9));
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    assertEquals("it is a pipe or a device, not a file", refusal(pipe, 9));
    assertThrows(IOException.class, () -> InputFile.open(pipe));
  }
}
