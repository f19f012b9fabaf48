package io.zoetrope.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.server.store.JobRecord;
import io.zoetrope.server.store.JobStatus;
import io.zoetrope.server.store.SqlJobStore;
import io.zoetrope.server.work.DataFolder;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs of servers that end, in order or not. */
class SurvivalTest {
  private static final int KILLS = 10;
  private static final int STEPS = 24;

  @TempDir Path folder;

  @Test
  void aKilledServerLosesNothingAndMakesTheSameClip() throws Exception {
    Path data = folder.resolve("killed");
    Random random = new Random(4);
    for (int i = 0; i < KILLS; i++) {
      Process child = child(data);
      try {
        awaitBegin(child);
        if (i % 4 > 0) {
          awaitStep(data);
        }
        Thread.sleep(random.nextInt(40));
      } finally {
        child.destroyForcibly().waitFor();
      }
      assertNothingHalfIsSeen(data);
    }
    Process last = child(data);
    assertTrue(last.waitFor(60, TimeUnit.SECONDS), "the job ends");
    JobRecord job = only(data);
    assertEquals(JobStatus.COMPLETED, job.status(), () -> String.valueOf(job.error()));
    assertTrue(job.attempts() < KILLS, "it went on, and did not begin anew each time");
    try (TestServer server = new TestServer(folder.resolve("undisturbed"))) {
      String id = server.begin(STEPS);
      server.await(id);
      assertArrayEquals(
          server.get("/v1/videos/" + id + "/content").body(),
          Files.readAllBytes(data.resolve("jobs").resolve(job.id()).resolve(DataFolder.VIDEO)));
    }
  }

  private static void awaitBegin(Process child) throws IOException {
    BufferedReader lines = child.inputReader();
    String line = lines.readLine();
    while (line != null && !line.startsWith("began")) {
      line = lines.readLine();
    }
  }

  /** Waits until the checkpoint is another, or the job is over. */
  private static void awaitStep(Path data) throws IOException, InterruptedException {
    Path checkpoint =
        data.resolve("jobs").resolve(only(data).id()).resolve("checkpoint.safetensors");
    Object before = key(checkpoint);
    for (int i = 0; i < 1000 && Objects.equals(before, key(checkpoint)); i++) {
      Thread.sleep(3);
    }
  }

  private static Object key(Path file) throws IOException {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException _) {
      return null;
    }
  }

  /** A process that makes one clip, unless it is there. */
  private static Process child(Path data) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "--add-modules=jdk.incubator.vector",
            "-cp",
            System.getProperty("java.class.path"),
            OneJob.class.getName(),
            data.toString(),
            Integer.toString(STEPS))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** A clip is there whole, and said to be complete, or neither. */
  private static void assertNothingHalfIsSeen(Path data) {
    JobRecord job = only(data);
    boolean isThere =
        Files.exists(data.resolve("jobs").resolve(job.id()).resolve(DataFolder.SPRITESHEET));
    assertTrue(job.status() != JobStatus.FAILED, () -> String.valueOf(job.error()));
    assertTrue(job.status() != JobStatus.COMPLETED || isThere);
  }

  private static JobRecord only(Path data) {
    try (SqlJobStore store = SqlJobStore.sqlite(data.resolve("jobs.db"))) {
      List<String> ids = store.ids();
      assertEquals(1, ids.size(), "no job is lost, and none is there twice");
      return store.find(ids.getFirst()).orElseThrow();
    }
  }

  @Test
  void goesOnWhereItWasStopped() throws Exception {
    Path data = folder.resolve("stopped");
    String id;
    try (TestServer server = new TestServer(data)) {
      id = server.begin(400);
      while (server.get("/v1/videos/" + id).json().at("/stage/step").asInt() < 3) {
        Thread.sleep(5);
      }
    }
    assertEquals(JobStatus.QUEUED, only(data).status());
    assertTrue(Files.exists(data.resolve("jobs").resolve(id).resolve("checkpoint.safetensors")));
    try (TestServer server = new TestServer(data)) {
      while (server.get("/v1/videos/" + id).json().at("/stage/step").asInt() < 3) {
        Thread.sleep(5);
      }
      assertTrue(server.delete("/v1/videos/" + id).json().get("deleted").asBoolean());
    }
    assertFalse(Files.exists(data.resolve("jobs").resolve(id)));
  }

  @Test
  void aFolderHasOneServer() throws IOException {
    Path data = folder.resolve("one");
    try (DataFolder _ = DataFolder.open(data, false)) {
      var e = assertThrows(DataFolder.UnusableException.class, () -> DataFolder.open(data, false));
      assertTrue(e.getMessage().contains("another server works with the folder"), e.getMessage());
    }
    DataFolder.open(data, false).close();
    try (DataFolder _ = DataFolder.open(data, true)) {
      assertThrows(DataFolder.UnusableException.class, () -> DataFolder.open(data, false));
    }
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(DataFolder.UnusableException.class, () -> DataFolder.open(file, false));
  }
}
