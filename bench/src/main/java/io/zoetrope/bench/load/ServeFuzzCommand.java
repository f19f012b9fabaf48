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
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Uploads that are broken in ways of chance, and scripts that decoders would follow. */
@Command(
    name = "serve-fuzz",
    description = {
      "Uploads pictures and clips with bytes changed, cut and repeated, and scripts and playlists that"
          + " name another file, to a server with the demo model.",
      "Fails if an answer is neither 200 nor 4xx, a script is followed, or the server ends."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false)
public final class ServeFuzzCommand implements Callable<Integer> {
  private static final int REPORT_EVERY = 100;

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
      Map<Integer, Integer> statuses = mutations(client, folder);
      PrintWriter out = spec.commandLine().getOut();
      out.printf("%d uploads, answers %s, %d scripts followed%n", uploads, statuses, followed);
      boolean isUp = server.isAlive() && client.get("health").statusCode() == 200;
      out.println(isUp ? "the server is up" : "the server has ended:\n" + Files.readString(log));
      boolean isRefused =
          statuses.keySet().stream().allMatch(status -> status == 200 || status / 100 == 4);
      return isUp && isRefused && followed == 0 ? 0 : 1;
    } finally {
      OutputFile.deleteQuietly(folder);
    }
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

  private Map<Integer, Integer> mutations(Client client, Path folder)
      throws IOException, InterruptedException {
    Path picture = folder.resolve("picture.png");
    PictureWriter.write(
        picture, new VideoFrames(32, 32, 1, new byte[3 * 32 * 32]), Provenance.of(Map.of()));
    List<byte[]> originals = new ArrayList<>();
    originals.add(Files.readAllBytes(picture));
    originals.add(Files.readAllBytes(folder.resolve("clip.mp4")));
    Random random = new Random(seed);
    Map<Integer, Integer> statuses = new TreeMap<>();
    for (int i = 1; i <= uploads; i++) {
      byte[] file = mutated(originals.get(i % originals.size()), random);
      statuses.merge(upload(client, file), 1, Integer::sum);
      if (i % REPORT_EVERY == 0) {
        spec.commandLine().getErr().printf("%d of %d: %s%n", i, uploads, statuses);
      }
    }
    return statuses;
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
