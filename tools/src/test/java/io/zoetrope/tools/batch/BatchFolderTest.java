package io.zoetrope.tools.batch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is kept of a batch, and what its file says. */
class BatchFolderTest {
  private static final List<BatchModels.Entry> ENTRIES =
      List.of(new BatchModels.Entry("demo", "a"), new BatchModels.Entry("other", "b"));

  private static final BatchModels MODELS = new BatchModels(ENTRIES, DType.F32, DType.F32);

  @TempDir Path folder;

  private static BatchJob job(String line) {
    return JobsFile.job(1, line.getBytes(StandardCharsets.UTF_8), MODELS);
  }

  @Test
  void keepsClipsBeforeTheLinesThatNameThem() throws IOException {
    BatchJob job = job("{\"prompt\": \"a cat\"}");
    byte[] clip = {1, 2, 3};
    try (BatchFolder out = BatchFolder.open(folder.resolve("new"))) {
      assertFalse(out.has(job));
      out.add(BatchOutcome.made(job, clip, 1.5));
      out.add(BatchOutcome.failed(job("{\"prompt\": \"b\"}"), "size", "no", 0));
      assertTrue(out.has(job));
      assertArrayEquals(clip, Files.readAllBytes(out.clip(job)));
      assertThrows(BatchException.class, () -> BatchFolder.open(folder.resolve("new")));
    }
    List<String> lines = Files.readAllLines(folder.resolve("new").resolve(BatchFolder.RESULTS));
    assertEquals(2, lines.size());
    assertTrue(
        lines
            .get(0)
            .contains(
                "\"sha256\":\"039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81\""),
        lines.get(0));
    assertTrue(
        lines.get(1).contains("\"error\":{\"message\":\"no\",\"param\":\"size\"}"), lines.get(1));
  }

  @Test
  void cutsALineThatAKilledProcessLeft() throws IOException {
    Path results = folder.resolve(BatchFolder.RESULTS);
    Files.writeString(results, "{\"line\":1}\n{\"li");
    try (BatchFolder out = BatchFolder.open(folder)) {
      out.add(BatchOutcome.failed(job("{\"prompt\": \"b\"}"), null, "no", 0));
    }
    List<String> lines = Files.readAllLines(results);
    assertEquals("{\"line\":1}", lines.get(0));
    assertTrue(lines.get(1).startsWith("{\"line\":1,\"status\":\"failed\""), lines.get(1));
  }

  @Test
  void namesTheSameRequestAlike() {
    String name = job("{\"prompt\": \"A cat, asleep!\", \"seed\": 42}").name();
    assertTrue(name.matches("a-cat-asleep-[0-9a-f]{16}"), name);
    assertEquals(name, job("{\"seed\":42,\"prompt\":\"A cat, asleep!\"}").name());
    assertEquals(name, job("{\"prompt\":\"A cat, asleep!\"}").name());
    assertNotEquals(name, job("{\"prompt\":\"A cat, asleep!\",\"seed\":43}").name());
    assertNotEquals(name, job("{\"prompt\":\"A cat, asleep!\",\"model\":\"other\"}").name());
    byte[] request = "{\"prompt\":\"A cat, asleep!\"}".getBytes(StandardCharsets.UTF_8);
    BatchModels others = new BatchModels(ENTRIES, DType.BF16, DType.F32);
    assertNotEquals(name, JobsFile.job(1, request, others).name());
  }

  @Test
  void findsWhatIsWrongLineByLine() throws IOException {
    Path file =
        Files.write(
            folder.resolve("jobs"),
            "{\"prompt\": 1}\n\n{\"prompt\":\"a\"}\r\n{\"prompt\":\"a\",\"prompt\":\"b\"}\n[]\n{\"prompt\":\"\u00e9\"}"
                .getBytes(StandardCharsets.ISO_8859_1));
    JobsFile read = JobsFile.read(file, MODELS);
    assertEquals(1, read.jobs().size());
    assertEquals(3, read.jobs().getFirst().line());
    assertEquals(List.of(1, 4, 5, 6), read.broken().stream().map(one -> one.job().line()).toList());
    assertEquals("prompt", read.broken().getFirst().parameter());
  }
}
