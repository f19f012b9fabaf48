package io.zoetrope.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.hub.LocalModels.Snapshot;
import io.zoetrope.hub.LocalModels.Verdict;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code huggingface_hub} 1.33.0 asked a hub for, what it was answered, and the cache that it
 * made of it: the stand-in answers the same, a pull makes the same cache, and its cache is read. In
 * the recorded snapshots the target of each link stands in a file.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the recorded cache has links")
class RecordedHubTest {
  private static final Path RECORDED = Fixtures.path("hub");
  private static final String FOLDER = "models--zoe--tiny-wan";
  private static final Path SNAPSHOTS = Path.of(FOLDER, "snapshots");
  private static final String MAIN = "377eb704f59a32dc0c615859a9e7bb66246a732d";
  private static final String OLDER = "e25e2b3139598cbb525f4fa048e90305dbcc33c8";
  private static final ModelName MODEL = ModelName.of("zoe/tiny-wan");

  @TempDir Path folder;
  private HubStandIn hub;

  @BeforeEach
  void start() throws IOException {
    hub = new HubStandIn();
    hub.add("zoe/tiny-wan")
        .with("main", MAIN, contents(MAIN))
        .with("v1.0", OLDER, contents(OLDER))
        .with("refs/pr/1", OLDER, contents(OLDER));
    hub.add("zoe/gated-wan")
        .with(
            "main",
            "dce00db232980438dc28dcd83d22b7be921f5cd7",
            Map.of("w.safetensors", HubStandIn.text("weights")))
        .gated();
    hub.add("zoe/private-wan")
        .with(
            "main",
            "77ab6f41e1a904e86d24923dc866029cbe940779",
            Map.of("config.json", HubStandIn.text("{\"p\": 1}")))
        .secret();
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private static Map<String, byte[]> contents(String commit) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    for (String path : names(recorded(commit))) {
      Path link = recorded(commit).resolve(path);
      contents.put(path, Files.readAllBytes(link.resolveSibling(Files.readString(link))));
    }
    return contents;
  }

  private static Path recorded(String commit) {
    return RECORDED.resolve("cache").resolve(FOLDER).resolve("snapshots").resolve(commit);
  }

  private static Set<String> names(Path folder) throws IOException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(file -> !Files.isDirectory(file))
          .forEach(file -> names.add(folder.relativize(file).toString()));
    }
    return names;
  }

  private HubSettings settings(Path cache) {
    Duration patience = Duration.ofSeconds(10);
    return Pulls.settings(hub.endpoint(), cache, Optional.empty(), patience);
  }

  @Test
  void theStandInAnswersAsRecorded() throws IOException, InterruptedException {
    JsonNode recorded =
        JsonConfig.MAPPER.readTree(Files.readString(RECORDED.resolve("requests.json")));
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (JsonNode one : recorded.path("requests")) {
        String path = one.path("request").path(1).asText();
        if (path.contains("3f586272")) {
          continue; // The content of the gated file, which isn't recorded.
        }
        HttpRequest.Builder request =
            HttpRequest.newBuilder(URI.create(hub.endpoint() + path))
                .method(one.path("request").path(0).asText(), HttpRequest.BodyPublishers.noBody());
        if (one.has("authorization")) {
          request.header("Authorization", one.path("authorization").asText());
        }
        HttpResponse<Void> answer =
            client.send(request.build(), HttpResponse.BodyHandlers.discarding());
        String what = one.path("scenario").asText() + ": " + one.path("request");
        assertEquals(one.path("status").asInt(), answer.statusCode(), what);
        boolean isOfGatedFile = path.contains("gated");
        one.path("headers")
            .properties()
            .forEach(header -> {
              String expected =
                  header
                      .getValue()
                      .asText()
                      .replace("CONTENT-HOST", hub.contentHost())
                      .replace("http://HOST", hub.endpoint().toString());
              if (!isOfGatedFile || header.getKey().equals("x-error-code")) {
                assertEquals(
                    expected,
                    answer.headers().firstValue(header.getKey()).orElse(""),
                    what + " " + header.getKey());
              }
            });
      }
    }
  }

  /** The same folders, links, blobs and references, to the byte. */
  @Test
  void aPullMakesTheSameCache() throws IOException {
    Path cache = folder.resolve("cache");
    Path ours = cache.resolve(FOLDER);
    try (Pull pull = new Pull(settings(cache), PullGate.NONE, PullListener.NONE)) {
      pull.fetch(pull.plan(MODEL, List.of("*")));
    }
    Path snapshot = ours.resolve("snapshots").resolve(MAIN);
    assertEquals(names(recorded(MAIN)), names(snapshot));
    Set<String> blobs = new TreeSet<>();
    for (String path : names(snapshot)) {
      String target = Files.readSymbolicLink(snapshot.resolve(path)).toString();
      assertEquals(Files.readString(recorded(MAIN).resolve(path)), target);
      blobs.add(Path.of(target).getFileName().toString());
    }
    assertEquals(blobs, names(ours.resolve("blobs")));
    for (String same : List.of(FOLDER + "/refs/main", "CACHEDIR.TAG")) {
      assertEquals(
          Files.readString(RECORDED.resolve("cache").resolve(same)),
          Files.readString(cache.resolve(same)));
    }
  }

  @Test
  void theirCacheIsRead() throws IOException {
    Path cache = folder.resolve("cache");
    Path theirs = RECORDED.resolve("cache");
    try (Stream<Path> all = Files.walk(theirs)) {
      for (Path file : all.toList()) {
        Path to = cache.resolve(theirs.relativize(file).toString());
        if (Files.isRegularFile(file) && theirs.relativize(file).startsWith(SNAPSHOTS)) {
          Files.createSymbolicLink(to, Path.of(Files.readString(file)));
        } else {
          Files.copy(file, to);
        }
      }
    }
    LocalModels models = new LocalModels(settings(cache).offline());
    LocalModels.Model model = models.all().getFirst();
    assertEquals("zoe/tiny-wan", model.repository());
    assertEquals(
        List.of(List.of("main"), List.of("refs/pr/1", "v1.0")),
        model.snapshots().stream().map(Snapshot::revisions).toList());
    assertEquals(MAIN, models.find(ModelName.of("zoe/tiny-wan@" + MAIN)).orElseThrow().commit());
    assertEquals(OLDER, models.find(ModelName.of("zoe/tiny-wan@v1.0")).orElseThrow().commit());
    assertEquals(Optional.empty(), models.find(ModelName.of("zoe/tiny-wan@v2.0")));

    Map<Verdict, Integer> verdicts = new EnumMap<>(Verdict.class);
    Path blob = cache.resolve(FOLDER).resolve("blobs/31a0c4d178239b64f50f747097d7965ebf897011");
    Files.writeString(blob, "*.safetensors filter=lsf\n");
    assertEquals(1, models.verify(MODEL, (_, verdict) -> verdicts.merge(verdict, 1, Integer::sum)));
    assertEquals(Map.of(Verdict.RIGHT, 10, Verdict.WRONG, 1), verdicts);

    // A pull fetches that file anew, and no other.
    hub.reset();
    try (Pull pull = new Pull(settings(cache), PullGate.NONE, PullListener.NONE)) {
      pull.fetch(pull.plan(MODEL, List.of("*")));
    }
    assertEquals(0, hub.served());
    assertEquals(0, models.verify(MODEL, (_, _) -> {}));
  }
}
