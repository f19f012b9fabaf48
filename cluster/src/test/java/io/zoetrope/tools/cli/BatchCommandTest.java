package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Batches of a tiny model, in this process and in others that are killed. */
class BatchCommandTest {
  /** Where Spark's executors find the classes under test. */
  private static final String CLASS_PATH = "spark.executor.extraClassPath";

  /** More of both are asked for by hand: see docs/batch.md. */
  private static final int CLIPS = Integer.getInteger("zoetrope.batch.clips", 3);

  private static final int KILLS = Integer.getInteger("zoetrope.batch.kills", 1);

  private static final long PAUSE_MILLIS = 100;

  @TempDir Path folder;

  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void showExecutorsTheClasses() {
    System.setProperty(CLASS_PATH, System.getProperty("java.class.path"));
  }

  @AfterAll
  static void forget() {
    System.clearProperty(CLASS_PATH);
  }

  private int run(String... args) {
    StringWriter out = new StringWriter();
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int batch(Path jobs, String... more) {
    List<String> args =
        new ArrayList<>(List.of("batch", jobs.toString(), "--out", folder.resolve("o").toString()));
    args.addAll(List.of("--model", "tiny=" + Fixtures.path("wan21-t2v-tiny")));
    args.addAll(List.of(more));
    return run(args.toArray(String[]::new));
  }

  private static String job(int seed) {
    return "{\"prompt\": \"a cat\", \"size\": \"32x32\", \"num_frames\": 5,"
        + " \"num_inference_steps\": 2, \"seed\": "
        + seed
        + "}\n";
  }

  private List<String> results() throws IOException {
    return Files.readAllLines(folder.resolve("o").resolve("results.jsonl"));
  }

  private byte[] generated(int seed) throws IOException {
    Path clip = folder.resolve("g" + seed + ".mp4");
    int code =
        run(
            "generate",
            "a cat",
            "--model",
            Fixtures.path("wan21-t2v-tiny").toString(),
            "--size",
            "32x32",
            "--frames",
            "5",
            "--steps",
            "2",
            "--seed",
            Integer.toString(seed),
            "-o",
            clip.toString());
    assertEquals(0, code, err.toString());
    return Files.readAllBytes(clip);
  }

  private Path clip(String result) throws IOException {
    return folder
        .resolve("o")
        .resolve(JsonConfig.MAPPER.readTree(result).get("output").textValue());
  }

  @Test
  void makesWhatIsMissingAndSaysWhatIsWrong() throws IOException {
    Path jobs =
        Files.writeString(folder.resolve("jobs.jsonl"), job(1) + "{\"prompt\": \n" + job(1));
    assertEquals(1, batch(jobs, "--master", "local[2]"), err.toString());
    List<String> results = results();
    assertEquals(2, results.size(), results.toString());
    assertTrue(results.get(0).startsWith("{\"line\":2,\"status\":\"failed\""), results.get(0));
    assertArrayEquals(generated(1), Files.readAllBytes(clip(results.get(1))));
    Files.writeString(jobs, job(1) + "{\"prompt\": \"x\", \"num_framez\": 5}\n");
    assertEquals(1, batch(jobs, "--master", "local[2]"), err.toString());
    assertTrue(err.toString().contains("2 jobs, 1 of them done before"), err.toString());
    String last = results().getLast();
    assertTrue(last.contains("\"param\":\"num_framez\""), last);
    assertEquals(1, batch(jobs, "--master", "local[2]", "--max-failures", "0"));
    assertTrue(err.toString().contains("--max-failures is 0"), err.toString());
  }

  /** Executors are lost at moments that nobody chose; every clip is made, once, as it should be. */
  @Test
  void survivesTheLossOfWorkers() throws IOException, InterruptedException {
    StringBuilder lines = new StringBuilder();
    for (int seed = 1; seed <= CLIPS; seed++) {
      lines.append(job(seed));
    }
    Path jobs = Files.writeString(folder.resolve("jobs.jsonl"), lines);
    Killer killer = new Killer();
    Thread kills = Thread.ofPlatform().start(killer);
    int code = batch(jobs, "--master", "local-cluster[2,1,1024]");
    killer.isOver = true;
    kills.join();
    assertEquals(0, code, err.toString());
    assertTrue(killer.killed > 0, "no executor was killed");
    System.out.printf("%d clips, %d executors killed%n", CLIPS, killer.killed);
    List<String> results = results();
    assertEquals(CLIPS, results.size(), results.toString());
    for (String result : results) {
      int seed = JsonConfig.MAPPER.readTree(result).at("/request/seed").intValue();
      assertArrayEquals(generated(seed), Files.readAllBytes(clip(result)), result);
    }
  }

  @Test
  void namesWhatCannotBeUsed() throws IOException {
    Path jobs = Files.writeString(folder.resolve("jobs.jsonl"), job(1));
    assertEquals(1, batch(jobs, "--master", "nonsense"));
    assertTrue(err.toString().contains("--master nonsense: it is local[*]"), err.toString());
    assertEquals(1, batch(folder.resolve("none.jsonl"), "--master", "local[2]"));
    assertTrue(err.toString().contains("none.jsonl: no such file"), err.toString());
    assertEquals(1, batch(Files.writeString(folder.resolve("empty"), "\n")));
    assertTrue(err.toString().contains("has no line"), err.toString());
    assertEquals(1, batch(jobs, "--model", "nowhere"));
    assertTrue(err.toString().contains("is not NAME=DIR"), err.toString());
    assertEquals(1, batch(jobs, "--max-failures", "-1"));
    assertTrue(err.toString().contains("--max-failures -1 is below 0"), err.toString());
  }

  @Test
  void sweepsAGridIntoOnePicture() throws IOException {
    Path grid = folder.resolve("grid");
    String model = "tiny=" + Fixtures.path("wan21-t2v-tiny");
    int code =
        run(
            "sweep",
            "a cat",
            "a dog",
            "--seeds",
            "3-4",
            "--set",
            "num_inference_steps=1,2",
            "--set",
            "size=32x32",
            "--set",
            "num_frames=5",
            "--set",
            "extra_params.scheduler=euler",
            "--out",
            grid.toString(),
            "--master",
            "local[1]",
            "--model",
            model);
    assertEquals(0, code, err.toString());
    assertEquals(8, Files.readAllLines(grid.resolve("jobs.jsonl")).size());
    try (Stream<Path> files = Files.list(grid)) {
      assertEquals(8, files.filter(file -> file.toString().endsWith(".mp4")).count());
    }
    assertTrue(Files.size(grid.resolve("contact-sheet.png")) > 1000);
    assertEquals(1, run("sweep", "a cat", "--seeds", "4-3", "--out", grid.toString()));
    assertTrue(err.toString().contains("--seeds 4-3"), err.toString());
    assertEquals(1, run("sweep", "a cat", "--set", "steps", "--out", grid.toString()));
    assertTrue(err.toString().contains("is not NAME=VALUE,VALUE"), err.toString());
  }

  /** Kills executors, one after the other. */
  private static final class Killer implements Runnable {
    private final Random random = new Random(1);
    private volatile boolean isOver;
    private int killed;

    @Override
    public void run() {
      try {
        while (!isOver && killed < KILLS) {
          Thread.sleep(PAUSE_MILLIS + random.nextInt(3000));
          List<ProcessHandle> executors =
              ProcessHandle.current().descendants().filter(Killer::isJava).toList();
          if (!executors.isEmpty() && !isOver) {
            executors.get(random.nextInt(executors.size())).destroyForcibly();
            killed++;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    /** Executors are all that this process starts; their command lines are too long to be seen. */
    private static boolean isJava(ProcessHandle process) {
      return process.info().command().orElse("").endsWith("/java");
    }
  }
}
