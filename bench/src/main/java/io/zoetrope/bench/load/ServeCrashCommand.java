package io.zoetrope.bench.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.files.OutputFile;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A server that is killed again and again, at moments of chance. */
@Command(
    name = "serve-crash",
    description = {
      "Submits jobs to a server with the demo model and kills it (SIGKILL), again and again.",
      "Fails if a job that was acknowledged is lost or fails, a clip is seen that is not whole, or one"
          + " differs from that of a server that was left alone."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ServeCrashCommand implements Callable<Integer> {
  private static final int SEEDS = 5;
  private static final int LONGEST_LIFE_MILLIS = 2500;
  private static final int PAUSE_MILLIS = 200;

  @Option(
      names = "--kills",
      paramLabel = "N",
      defaultValue = "60",
      description = "How often (default: ${DEFAULT-VALUE}).")
  private int kills;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the moments (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec private CommandSpec spec;

  private final Path home = Path.of(System.getProperty("zoetrope.home", "."));

  /** Acknowledged jobs, and the seed of each. */
  private final Map<String, Integer> jobs = new LinkedHashMap<>();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (kills < 1) {
      throw new PipelineException("--kills is at least 1");
    }
    Path folder = Files.createTempDirectory("zoetrope-crash");
    try {
      byte[][] expected = undisturbed(folder);
      Random random = new Random(seed);
      for (int i = 1; i <= kills; i++) {
        try (Server server = start(folder, "killed")) {
          submit(server);
          Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
          server.kill();
        }
        spec.commandLine().getErr().printf("killed %d of %d%n", i, kills);
      }
      return report(folder, expected);
    } finally {
      OutputFile.deleteQuietly(folder);
    }
  }

  private Server start(Path folder, String name) throws InterruptedException {
    List<String> arguments =
        List.of("--data", folder.resolve(name).toString(), "--max-queue", "100000");
    return Server.start(home.resolve("zoetrope"), arguments, folder.resolve(name + ".log"));
  }

  private static Map<String, Object> job(int seed) {
    return Map.of(
        "prompt",
        "a red ball",
        "size",
        "32x32",
        "num_frames",
        9,
        "num_inference_steps",
        40,
        "seed",
        seed);
  }

  /** The clips of a server that nobody disturbs, by seed. */
  private byte[][] undisturbed(Path folder) throws IOException, InterruptedException {
    byte[][] clips = new byte[SEEDS][];
    try (Server server = start(folder, "undisturbed");
        Client client = new Client(server.address())) {
      for (int i = 0; i < SEEDS; i++) {
        String id = Client.json(client.submit(job(i))).get("id").asText();
        clips[i] = await(client, id);
      }
    }
    return clips;
  }

  private static byte[] await(Client client, String id) throws IOException, InterruptedException {
    while (true) {
      JsonNode job = Client.json(client.get("v1/videos/" + id));
      String status = job.path("status").asText();
      if (status.equals("completed")) {
        return client.content(id).body();
      }
      if (!status.equals("queued") && !status.equals("in_progress")) {
        throw new PipelineException("job %s: %s".formatted(id, job));
      }
      Thread.sleep(PAUSE_MILLIS);
    }
  }

  private void submit(Server server) throws IOException, InterruptedException {
    try (Client client = new Client(server.address())) {
      int seedOfJob = jobs.size() % SEEDS;
      HttpResponse<String> answer = client.submit(job(seedOfJob));
      if (answer.statusCode() == 200) {
        jobs.put(Client.json(answer).get("id").asText(), seedOfJob);
      }
    }
  }

  /** Lets a last server finish, and compares. */
  private int report(Path folder, byte[][] expected) throws IOException, InterruptedException {
    int same = 0;
    try (Server server = start(folder, "killed");
        Client client = new Client(server.address())) {
      for (Map.Entry<String, Integer> job : jobs.entrySet()) {
        if (Arrays.equals(await(client, job.getKey()), expected[job.getValue()])) {
          same++;
        }
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "%d kills, %d jobs acknowledged, %d of them complete and bit-identical%n",
        kills, jobs.size(), same);
    return same == jobs.size() ? 0 : 1;
  }
}
