package io.zoetrope.bench.load;

import io.zoetrope.files.OutputFile;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.PictureWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Uploads that are broken in ways of chance, scripts that decoders would follow, bad requests. */
@Command(
    name = "serve-fuzz",
    description = {
      "Uploads pictures and clips with bytes changed, cut and repeated, and scripts and playlists that"
          + " name another file, to a server with the demo model; sends it requests that are refused,"
          + " and takes the time.",
      "Fails if an upload is answered by neither 200 nor 4xx, a bad request by anything but 4xx, a"
          + " script is followed, or the server ends."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ServeFuzzCommand implements Callable<Integer> {
  private static final int REPORT_EVERY = 100;

  /** Clients that upload: as many as keep the server's decoders busy. */
  private static final int AT_A_TIME = 4;

  /** Rounds of bad requests before the one that counts: first ones wait for code to be compiled. */
  private static final int WARM_UPS = 3;

  /** What stands for a long text in the table of bad requests. */
  private static final Pattern LONG = Pattern.compile("<(.)\\*([0-9]+)>");

  @Option(
      names = "--uploads",
      paramLabel = "N",
      defaultValue = "10000",
      description = "How many (default: ${DEFAULT-VALUE}).")
  private int uploads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Of the changes (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Spec private CommandSpec spec;

  private final Path home = Path.of(System.getProperty("zoetrope.home", "."));

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (uploads < 1) {
      throw new PipelineException("--uploads is at least 1");
    }
    Path folder = Files.createTempDirectory("zoetrope-fuzz");
    Path log = folder.resolve("server.log");
    List<String> arguments = List.of("--data", folder.resolve("data").toString());
    try (Server server = Server.start(home.resolve("zoetrope"), arguments, log);
        Client client = new Client(server.address())) {
      int followed = scripts(client, folder);
      Tally bad = badRequests(client);
      Tally broken = mutations(client, folder);
      PrintWriter out = spec.commandLine().getOut();
      out.printf("%d scripts followed%n", followed);
      report(out, "bad requests", bad);
      report(out, "uploads", broken);
      boolean isUp = server.isAlive() && client.get("health").statusCode() == 200;
      out.println(isUp ? "the server is up" : "the server has ended:\n" + Files.readString(log));
      boolean isRefused = bad.count(400, 499) == bad.count();
      boolean isAnswered = broken.count(200, 200) + broken.count(400, 499) == broken.count();
      return isUp && isRefused && isAnswered && followed == 0 ? 0 : 1;
    } finally {
      OutputFile.deleteQuietly(folder);
    }
  }

  private static void report(PrintWriter out, String what, Tally answers) {
    out.printf(
        "%d %s: answers %s; p50 %.1f ms, p99 %.1f ms, slowest %.1f ms%n",
        answers.count(),
        what,
        answers.statuses(),
        answers.millis(0.5),
        answers.millis(0.99),
        answers.millis(1));
  }

  /** A forecast decodes what is uploaded, and starts nothing. */
  private static int upload(Client client, byte[] file) throws IOException, InterruptedException {
    String url = "data:image/png;base64," + Base64.getEncoder().encodeToString(file);
    Map<String, Object> job =
        Map.of(
            "prompt",
            "a red ball",
            "size",
            "32x32",
            "num_inference_steps",
            1,
            "input_reference",
            url);
    HttpResponse<String> answer = client.forecast(job);
    return answer.statusCode();
  }

  /** How many scripts were followed to a clip that lies beside. */
  private static int scripts(Client client, Path folder) throws IOException, InterruptedException {
    Path clip = clip(folder);
    List<String> scripts =
        List.of(
            "ffconcat version 1.0\nfile '%s'\n".formatted(clip),
            "ffconcat version 1.0\nfile 'file:%s'\n".formatted(clip),
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n%s\n#EXT-X-ENDLIST\n".formatted(clip),
            "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nhttp://127.0.0.1:1/x\n#EXT-X-ENDLIST\n",
            "<MPD><Period><AdaptationSet><BaseURL>file://%s</BaseURL></AdaptationSet></Period></MPD>"
                .formatted(clip),
            "v=0\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n",
            "concat:%s|%s".formatted(clip, clip),
            "%s".formatted(clip));
    int followed = 0;
    for (String script : scripts) {
      if (upload(client, script.getBytes(StandardCharsets.UTF_8)) == 200) {
        followed++;
      }
    }
    return followed;
  }

  private static Path clip(Path folder) {
    Path clip = folder.resolve("clip.mp4");
    byte[] rgb = new byte[3 * 32 * 32 * 5];
    Arrays.fill(rgb, (byte) 77);
    MediaWriter.open(clip.toString())
        .write(new VideoFrames(32, 32, 5, rgb), 8, Provenance.of(Map.of()));
    return clip;
  }

  private Tally mutations(Client client, Path folder) throws IOException, InterruptedException {
    Path picture = folder.resolve("picture.png");
    PictureWriter.write(
        picture, new VideoFrames(32, 32, 1, new byte[3 * 32 * 32]), Provenance.of(Map.of()));
    List<byte[]> originals =
        List.of(Files.readAllBytes(picture), Files.readAllBytes(folder.resolve("clip.mp4")));
    Random random = new Random(seed);
    Tally answers = new Tally();
    Queue<byte[]> files = new ConcurrentLinkedQueue<>();
    for (int done = 0; done < uploads; done += REPORT_EVERY) {
      for (int i = done; i < Math.min(uploads, done + REPORT_EVERY); i++) {
        files.add(mutated(originals.get(i % originals.size()), random));
      }
      List<Thread> clients = new ArrayList<>();
      for (int i = 0; i < AT_A_TIME; i++) {
        clients.add(Thread.startVirtualThread(() -> uploadAll(client, files, answers)));
      }
      for (Thread thread : clients) {
        thread.join();
      }
      spec.commandLine()
          .getErr()
          .printf("%d of %d: %s%n", answers.count(), uploads, answers.statuses());
    }
    return answers;
  }

  /** A connection that breaks counts as an answer of status 0. */
  private static void uploadAll(Client client, Queue<byte[]> files, Tally answers) {
    for (byte[] file = files.poll(); file != null; file = files.poll()) {
      long start = System.nanoTime();
      int status = 0;
      try {
        status = upload(client, file);
      } catch (IOException _) {
        // It stays 0.
      } catch (InterruptedException _) {
        Thread.currentThread().interrupt();
      }
      answers.add(status, System.nanoTime() - start);
    }
  }

  /** What a server says to requests that nobody should send, and how soon. */
  private Tally badRequests(Client client) throws IOException, InterruptedException {
    Path table = home.resolve("server/src/test/resources/bad-requests.tsv");
    List<String> rows = Files.readAllLines(table);
    Tally answers = new Tally();
    for (int i = 0; i <= WARM_UPS; i++) {
      for (String row : rows.subList(1, rows.size())) {
        String[] columns = row.split("\t", 3);
        String body =
            LONG.matcher(columns[2])
                .replaceAll(text -> text.group(1).repeat(Integer.parseInt(text.group(2))));
        long start = System.nanoTime();
        HttpResponse<String> answer = client.post(columns[1], body);
        long took = System.nanoTime() - start;
        if (i == WARM_UPS) {
          answers.add(answer.statusCode(), took);
        }
      }
    }
    return answers;
  }

  /** The file with some bytes changed, and often cut or with a part of it twice. */
  private static byte[] mutated(byte[] original, Random random) {
    byte[] file = original.clone();
    for (int i = random.nextInt(8); i >= 0; i--) {
      file[random.nextInt(file.length)] = (byte) random.nextInt();
    }
    int at = random.nextInt(file.length);
    return switch (random.nextInt(4)) {
      case 0 -> Arrays.copyOf(file, at);
      case 1 -> {
        byte[] twice = Arrays.copyOf(file, file.length + file.length - at);
        System.arraycopy(file, at, twice, file.length, file.length - at);
        yield twice;
      }
      default -> file;
    };
  }
}
