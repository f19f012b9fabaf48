package io.zoetrope.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFileTest {
  @TempDir Path folder;

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void aFileIsThereWholeOrNotAtAll() throws IOException {
    Path file = folder.resolve("out.txt");
    OutputFile.write(file, temporary -> Files.writeString(temporary, "first"));
    assertThrows(
        IOException.class,
        () ->
            OutputFile.write(
                file,
                temporary -> {
                  Files.writeString(temporary, "half");
                  throw new IOException("full");
                }));
    assertEquals("first", Files.readString(file));
    assertEquals(List.of("out.txt"), names());
  }

  /** The longest name that the system takes is tried as it is and written under a short one. */
  @Test
  void namesMayBeAsLongAsTheSystemAllows() throws IOException {
    Path file = folder.resolve("a".repeat(255));
    assumeTrue(OutputFile.obstacle(file).isEmpty(), "names of 255 bytes");
    OutputFile.write(file, temporary -> Files.writeString(temporary, "content"));
    assertEquals("content", Files.readString(file));
    assertTrue(OutputFile.obstacle(folder.resolve("a".repeat(256))).isPresent());
  }

  @Test
  void aRehearsalLeavesNothing() throws IOException {
    OutputFile.rehearse(
        folder.resolve("frames"),
        temporary -> Files.createFile(Files.createDirectory(temporary).resolve("0.png")));
    assertEquals(List.of(), names());
  }

  @Test
  void missingSpaceIsNamed() {
    Path file = folder.resolve("out.mp4");
    assertEquals(Optional.empty(), OutputFile.spaceObstacle(file, 1));
    String obstacle = OutputFile.spaceObstacle(file, Long.MAX_VALUE).orElseThrow();
    assertTrue(obstacle.startsWith("about 8796093022208 MiB are needed and "), obstacle);
    assertTrue(
        obstacle.endsWith(" are free in " + folder + "; make room or choose another folder"));
  }

  @Test
  void whatOneOutputTakesIsNotThereForTheNext() throws IOException {
    long free = Files.getFileStore(folder).getUsableSpace();
    DiskRoom room = new DiskRoom();
    assertEquals(Optional.empty(), room.obstacle(folder.resolve("out.mp4"), free / 2));
    String obstacle = room.obstacle(folder.resolve("trace.json"), free).orElseThrow();
    assertTrue(obstacle.contains("for it and the outputs before it"), obstacle);
  }

  /** What others write must stay, and what is unknown too. */
  @Test
  void whatKilledProcessesHaveLeftIsDeleted() throws Exception {
    String own = PartialFiles.beside(folder.resolve("x")).getFileName().toString();
    String origin = own.split("-")[1];
    assumeTrue(origin.length() == 16, "a system that says which processes it runs");
    Process ended = new ProcessBuilder("true").start();
    ended.waitFor();
    String start = own.split("-")[3];
    Path dead = folder.resolve(name(origin, ended.pid(), start));
    Files.createFile(Files.createDirectory(dead).resolve("00000.png"));
    Path reused = folder.resolve(name(origin, ProcessHandle.current().pid(), "1000"));
    Files.createFile(reused);
    Path kept = Files.createDirectory(folder.resolve("kept"));
    Files.createFile(kept.resolve("mine"));
    Path link = folder.resolve(name(origin, ended.pid(), "1001"));
    Files.createSymbolicLink(link, kept);
    Path elsewhere = folder.resolve(name("0123456789abcdef", ended.pid(), start));
    Path running = folder.resolve(own);
    Path foreign = folder.resolve(".zoetrope-notes.partial");
    for (Path file : List.of(elsewhere, running, foreign)) {
      Files.createFile(file);
    }
    assertEquals(Optional.empty(), OutputFile.obstacle(folder.resolve("out.mp4")));
    assertTrue(Files.exists(kept.resolve("mine")));
    for (Path file : List.of(elsewhere, running, foreign)) {
      assertTrue(Files.exists(file), file.toString());
    }
    for (Path file : List.of(dead, reused, link)) {
      assertFalse(Files.exists(file), file.toString());
    }
  }

  /** Another machine may be writing what is young; nobody writes for days without adding to it. */
  @Test
  void whatOtherMachinesHaveLeftIsDeletedWhenItIsOld() throws IOException {
    Path young = Files.createFile(folder.resolve(name("0123456789abcdef", 1, "1000")));
    Path old = Files.createFile(folder.resolve(name("0123456789abcdef", 2, "1000")));
    Path oldFrames = Files.createDirectory(folder.resolve(name("0", 3, "1000")));
    Files.createFile(oldFrames.resolve("00000.png"));
    String own = PartialFiles.beside(folder.resolve("x")).getFileName().toString();
    Path oldAndRunning = Files.createFile(folder.resolve(own));
    Path foreign = Files.createFile(folder.resolve(".zoetrope-notes.partial"));
    Instant now = Files.getLastModifiedTime(young).toInstant();
    Files.setLastModifiedTime(young, FileTime.from(now.minus(Duration.ofDays(6))));
    for (Path path : List.of(old, oldFrames, oldAndRunning, foreign)) {
      Files.setLastModifiedTime(path, FileTime.from(now.minus(Duration.ofDays(8))));
    }
    assertEquals(Optional.empty(), OutputFile.obstacle(folder.resolve("out.mp4")));
    boolean knowsProcesses = own.split("-")[1].length() == 16;
    assertEquals(knowsProcesses, Files.exists(oldAndRunning));
    assertTrue(Files.exists(young) && Files.exists(foreign));
    assertFalse(Files.exists(old) || Files.exists(oldFrames));
  }

  private static String name(String origin, long pid, String start) {
    return ".zoetrope-%s-%d-%s-0000abcd.partial".formatted(origin, pid, start);
  }
}
