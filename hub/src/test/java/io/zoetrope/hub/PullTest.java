package io.zoetrope.hub;

import static io.zoetrope.hub.HubStandIn.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.hub.HubStandIn.Fault.Cut;
import io.zoetrope.hub.HubStandIn.Fault.NoRange;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a pull fetches, and where it puts it. */
class PullTest extends Pulls {
  @Test
  void fetchesWhatAPipelineNeedsAndNothingElse() throws IOException {
    Path snapshot = pull("zoe/tiny");
    assertEquals(
        List.of(
            "model_index.json",
            "tokenizer/spiece.model",
            "tokenizer/tokenizer_config.json",
            "transformer/config.json",
            WEIGHTS),
        names(snapshot));
    assertPulled(snapshot, "model_index.json", WEIGHTS, "tokenizer/spiece.model");
    String commit = hub.add("zoe/tiny").commit("main");
    assertEquals(cache().snapshot(commit), snapshot);
    assertEquals(commit, Files.readString(cache().refs().resolve("main")));
    assertEquals(
        Path.of("../../../blobs").resolve(hash(WEIGHTS).hex()),
        Files.readSymbolicLink(snapshot.resolve(WEIGHTS)));
    assertEquals(5, names(cache().blobs()).size());
    assertEquals(
        hub.requests().stream().filter(request -> request.path().contains("/tree/")).count(),
        hub.requests().stream()
            .map(HubStandIn.Request::path)
            .filter(path -> path.contains("/tree/"))
            .distinct()
            .count(),
        "each page of the listing is asked for once");
    assertEquals(
        files.get(WEIGHTS).length + files.get("tokenizer/spiece.model").length, hub.served());
    assertTrue(
        new LocalModels(settings()).find(MODEL).orElseThrow().isComplete(), "it is complete");

    hub.reset();
    assertEquals(snapshot, pull("zoe/tiny"));
    assertEquals(1, hub.requests().size(), "only the commit is asked for: " + hub.requests());
    assertEquals(List.of(), notes);
  }

  @Test
  void takesFilesByPattern() throws IOException {
    assertEquals(
        List.of("README.md", "transformer/config.json"),
        names(pull("zoe/tiny", "*.md", "transformer/c*")));
    assertTrue(refusal("zoe/tiny", "*.gguf").contains("nothing fits --include '*.gguf'"));
    files.remove("model_index.json");
    hub.add("zoe/tiny").with("main", "a".repeat(40), files);
    String refused = refusal("zoe/tiny");
    assertTrue(refused.contains("no model_index.json"), refused);
    assertTrue(refused.contains("tiny.safetensors, "), refused);
  }

  @Test
  void otherRevisionsShareBlobs() throws IOException {
    pull("zoe/tiny");
    Map<String, byte[]> older = new TreeMap<>(files);
    older.put("transformer/config.json", text("{\"older\": 1}"));
    hub.add("zoe/tiny").with("refs/pr/1", older);
    hub.reset();
    Path snapshot = pull("zoe/tiny@refs/pr/1");
    assertEquals(0, hub.served());
    assertArrayEquals(
        older.get("transformer/config.json"),
        Files.readAllBytes(snapshot.resolve("transformer/config.json")));
    assertEquals(
        hub.add("zoe/tiny").commit("refs/pr/1"),
        Files.readString(cache().refs().resolve("refs/pr/1")));

    LocalModels models = new LocalModels(settings());
    models.remove(ModelName.of("zoe/tiny@refs/pr/1"), false);
    assertPulled(models.find(MODEL).orElseThrow().folder(), WEIGHTS, "transformer/config.json");
    assertEquals(Optional.empty(), models.find(ModelName.of("zoe/tiny@refs/pr/1")));
    assertEquals(5, names(cache().blobs()).size());
    assertTrue(models.remove(MODEL, true) > SIZE);
    assertEquals(List.of(), models.all());
  }

  @Test
  void worksWithoutRanges() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 2, new Cut(5000));
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new NoRange());
    assertPulled(pull("zoe/tiny"), WEIGHTS);
  }

  /** What refuses sees the index, then the configurations, then headers, and no body. */
  @Test
  void showsTheGateAHeaderBeforeTheBody() throws IOException {
    List<String> seen = new ArrayList<>();
    PullGate gate =
        new PullGate() {
          @Override
          public void index(JsonConfig index) {
            seen.add(index.text("_class_name"));
          }

          @Override
          public void configured(Path snapshot) {
            seen.add("" + Files.exists(snapshot.resolve("transformer/config.json")));
          }

          @Override
          public void weights(String path, Path file) {
            try (SafetensorsFile opened = SafetensorsFile.open(file)) {
              seen.add(path + opened.names());
            }
            throw new HubException("another model's");
          }
        };
    HubException refused =
        assertThrows(HubException.class, () -> pull(settings(), gate, "zoe/tiny"));
    assertEquals("another model's", refused.getMessage());
    assertEquals(List.of("WanPipeline", "true", WEIGHTS + "[w]"), seen);
    assertTrue(hub.served() < 2000, hub.served() + " bytes");
    assertEquals(4, names(cache().blobs()).size());
    assertPulled(pull("zoe/tiny"), WEIGHTS);
  }

  /** Two at once in one cache fetch everything once. */
  @Test
  void sharesTheCacheWithAnotherPull() throws Exception {
    List<Path> snapshots = Collections.synchronizedList(new ArrayList<>());
    List<Thread> pulls =
        Stream.generate(() -> Thread.ofPlatform().unstarted(() -> snapshots.add(pull("zoe/tiny"))))
            .limit(2)
            .toList();
    pulls.forEach(Thread::start);
    for (Thread thread : pulls) {
      thread.join();
    }
    assertEquals(2, snapshots.size());
    assertEquals(snapshots.getFirst(), snapshots.getLast());
    assertPulled(snapshots.getFirst(), WEIGHTS, "transformer/config.json");
    assertEquals(
        files.get(WEIGHTS).length + files.get("tokenizer/spiece.model").length, hub.served());
  }

  @Test
  void putsFilesIntoSnapshotsWhereThereAreNoLinks() throws IOException {
    ModelCache.Linker none =
        (_, _, _) -> {
          throw new UnsupportedOperationException();
        };
    Path snapshot = pull(settings(), PullGate.NONE, 8, none, "zoe/tiny");
    assertPulled(snapshot, WEIGHTS, "model_index.json");
    assertFalse(Files.isSymbolicLink(snapshot.resolve(WEIGHTS)));
    assertEquals(List.of(), names(cache().blobs()));
    hub.reset();
    assertEquals(snapshot, pull(settings(), PullGate.NONE, 8, none, "zoe/tiny"));
    assertEquals(1, hub.requests().size());
  }

  @Test
  void opensNoConnectionOffline() {
    Path snapshot = pull("zoe/tiny");
    hub.reset();
    LocalModels models = new LocalModels(settings().offline());
    assertEquals(snapshot, models.find(MODEL).orElseThrow().folder());
    assertThrows(
        HubException.class,
        () -> new Pull(settings().offline(), PullGate.NONE, PullListener.NONE).close());
    assertEquals(List.of(), hub.requests());
  }
}
