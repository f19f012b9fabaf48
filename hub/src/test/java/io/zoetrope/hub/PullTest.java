package io.zoetrope.hub;

import static io.zoetrope.hub.HubStandIn.safetensors;
import static io.zoetrope.hub.HubStandIn.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.files.ExpectedException;
import io.zoetrope.hub.HubStandIn.Fault.Cut;
import io.zoetrope.hub.HubStandIn.Fault.NoRange;
import io.zoetrope.hub.HubStandIn.Fault.Redirect;
import io.zoetrope.hub.HubStandIn.Fault.Silence;
import io.zoetrope.hub.HubStandIn.Fault.Status;
import io.zoetrope.hub.HubStandIn.Fault.WrongBytes;
import io.zoetrope.hub.HubStandIn.Fault.WrongSize;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Pulls from a hub on the loopback interface, in which everything goes wrong that can. */
class PullTest {
  private static final String INDEX =
      """
      {"_class_name": "WanPipeline",
       "transformer": ["diffusers", "WanTransformer3DModel"],
       "transformer_2": [null, null],
       "tokenizer": ["transformers", "T5Tokenizer"]}
      """;

  private static final String WEIGHTS = "transformer/diffusion_pytorch_model.safetensors";
  private static final ModelName MODEL = ModelName.of("zoe/tiny");
  private static final int SIZE = 200_000;
  private static final int PIECE_BYTES = 16 << 10;

  @TempDir Path folder;
  private final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  private final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, byte[]> files = new TreeMap<>();
  private HubStandIn hub;
  private Path cacheFolder;

  @BeforeEach
  void start() throws IOException {
    files.put("model_index.json", text(INDEX));
    files.put("README.md", text("# tiny"));
    files.put("picture.png", text("none"));
    files.put("tiny.safetensors", safetensors(4, 5000));
    files.put("transformer/config.json", text("{}"));
    files.put(WEIGHTS, safetensors(1, SIZE));
    files.put("transformer/diffusion_pytorch_model.bin", text("pickle"));
    files.put("transformer/diffusion_pytorch_model.fp16.safetensors", safetensors(2, 3000));
    files.put("tokenizer/spiece.model", text("pieces"));
    files.put("tokenizer/tokenizer_config.json", text("{ }"));
    cacheFolder = folder.resolve("cache");
    hub = new HubStandIn();
    hub.add("zoe/tiny").with("main", files);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private HubSettings settings() {
    return settings(Optional.empty());
  }

  private HubSettings settings(Optional<String> token) {
    return new HubSettings(
        hub.endpoint(),
        cacheFolder,
        token.map(HubToken::new),
        false,
        Duration.ofSeconds(10),
        Duration.ofSeconds(10));
  }

  private final PullListener listener =
      new PullListener() {
        @Override
        public void note(String line) {
          notes.add(line);
        }
      };

  private Path pull(String name, String... include) {
    return pull(settings(), PullGate.NONE, name, include);
  }

  private Path pull(HubSettings settings, PullGate gate, String name, String... include) {
    return pull(settings, gate, 8, Files::createSymbolicLink, name, include);
  }

  private Path pull(
      HubSettings settings,
      PullGate gate,
      int width,
      ModelCache.Linker linker,
      String name,
      String... include) {
    Tuning tuning = new Tuning(pauses::add, PIECE_BYTES, 1 << 10, width, linker);
    try (Pull pull = new Pull(settings, gate, listener, tuning)) {
      return pull.fetch(pull.plan(ModelName.of(name), List.of(include)));
    }
  }

  private String refusal(String name, String... include) {
    return assertThrows(ExpectedException.class, () -> pull(name, include)).getMessage();
  }

  private ModelCache cache() {
    return new ModelCache(settings().cache(), MODEL);
  }

  private ContentHash hash(String path) {
    return new ContentHash(HubStandIn.hex("SHA-256", files.get(path)));
  }

  /** Files under a final name, which have to be whole and right whenever somebody looks. */
  private void assertNothingWrong() throws IOException {
    if (!Files.isDirectory(cache().folder())) {
      return;
    }
    List<Path> seen = new ArrayList<>();
    int wrong =
        new LocalModels(settings())
            .verify(
                MODEL,
                (file, verdict) -> {
                  seen.add(file);
                  assertEquals(LocalModels.Verdict.RIGHT, verdict, file.toString());
                });
    assertEquals(0, wrong);
    try (Stream<Path> links = Files.walk(cache().snapshots())) {
      links.filter(Files::isSymbolicLink).forEach(link -> assertTrue(Files.exists(link)));
    }
  }

  private void assertPulled(Path snapshot, String... paths) throws IOException {
    for (String path : paths) {
      assertArrayEquals(files.get(path), Files.readAllBytes(snapshot.resolve(path)), path);
    }
    assertNothingWrong();
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> !Files.isDirectory(file))
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }

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

  /**
   * Fifty interruptions at random bytes: the connection breaks, or the server goes away for good
   * and another pull goes on. With one connection no byte is sent twice; several lose what was
   * under way in the others.
   */
  @Test
  void goesOnAfterInterruptionsAtRandomBytes() throws IOException {
    Random random = new Random(20261130);
    String request = "GET /cdn/" + hash(WEIGHTS);
    long all = files.get(WEIGHTS).length + files.get("tokenizer/spiece.model").length;
    int interruptions = 0;
    for (int round = 0; interruptions < 50; round++) {
      cacheFolder = folder.resolve("round" + round);
      hub.reset();
      int width = round % 3 == 2 ? 4 : 1;
      for (int i = 0; i < 4; i++) {
        int cuts = 2 + random.nextInt(9);
        for (int cut = 0; cut < cuts; cut++) {
          hub.fail(request, 1, new Cut(1 + random.nextInt(PIECE_BYTES / 4)));
        }
        hub.fail(request, 1000, new Cut(0));
        interruptions += cuts;
        long before = there();
        HubException stopped = assertThrows(HubException.class, () -> pullWith(width));
        assertTrue(stopped.getMessage().contains("goes on from here"), stopped.getMessage());
        assertFalse(Files.exists(cache().blob(hash(WEIGHTS))));
        assertTrue(there() > before, "from %d on, and now %d".formatted(before, there()));
        hub.calm();
      }
      assertPulled(pullWith(width), WEIGHTS);
      assertTrue(width > 1 || hub.served() == all, hub.served() + " instead of " + all);
      assertTrue(hub.served() <= all + 4L * (width - 1) * PIECE_BYTES, "" + hub.served());
    }
  }

  private Path pullWith(int width) {
    return pull(settings(), PullGate.NONE, width, Files::createSymbolicLink, "zoe/tiny");
  }

  private long there() {
    return PartialBlob.bytesThere(
        cache().blob(hash(WEIGHTS)), hash(WEIGHTS), files.get(WEIGHTS).length);
  }

  /** What Ctrl-C does, and what a killed process leaves: both are gone on with. */
  @Test
  void goesOnAfterItWasStoppedOrKilled() throws Exception {
    Path killed = folder.resolve("killed");
    AtomicInteger pieces = new AtomicInteger();
    Thread job = Thread.currentThread();
    PullListener stopping =
        new PullListener() {
          @Override
          public void received(long bytes) {
            if (there() > SIZE / 3 && pieces.getAndIncrement() == 0) {
              // A kill leaves what the files are at some moment, the record behind the data.
              copy(cacheFolder, killed);
              job.interrupt();
            }
          }
        };
    Tuning tuning = new Tuning(pauses::add, PIECE_BYTES, 1 << 10, 1, Files::createSymbolicLink);
    try (Pull pull = new Pull(settings(), PullGate.NONE, stopping, tuning)) {
      PullPlan plan = pull.plan(MODEL, List.of());
      assertThrows(CancellationException.class, () -> pull.fetch(plan));
    }
    for (Path cache : List.of(cacheFolder, killed)) {
      cacheFolder = cache;
      hub.reset();
      assertTrue(there() > SIZE / 3, "%s has %d".formatted(cache, there()));
      long missing = files.get(WEIGHTS).length - there();
      assertPulled(pull("zoe/tiny"), WEIGHTS);
      assertEquals(missing, hub.served());
    }
  }

  private static void copy(Path from, Path to) {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : all.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()), LinkOption.NOFOLLOW_LINKS);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A disk that lost what it was given: the piece is fetched again, and no other. */
  @Test
  void fetchesADamagedPieceAgain() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 4, new Cut(PIECE_BYTES / 2));
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new Cut(0));
    assertThrows(HubException.class, () -> pullWith(1));
    long there = there();
    Path data;
    try (Stream<Path> found = Files.list(cache().blobs())) {
      data =
          found
              .filter(file -> file.toString().endsWith(hash(WEIGHTS) + ".zoetrope.incomplete"))
              .findFirst()
              .orElseThrow();
    }
    try (FileChannel channel = FileChannel.open(data, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[100]), PIECE_BYTES + 10);
    }
    hub.reset();
    assertPulled(pullWith(1), WEIGHTS);
    long again = hub.served() - (files.get(WEIGHTS).length - there);
    assertTrue(again > 0 && again <= PIECE_BYTES, again + " bytes of a piece");
  }

  @Test
  void throwsAwayWhatIsWrong() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new WrongBytes());
    String wrong = refusal("zoe/tiny");
    assertTrue(wrong.contains(WEIGHTS + ": what came is not what the hub promised"), wrong);
    assertEquals(4, names(cache().blobs()).size());
    assertNothingWrong();
    assertEquals(
        Optional.empty(), new LocalModels(settings()).find(MODEL).filter(s -> s.isComplete()));
    hub.calm();
    Path snapshot = pull("zoe/tiny");
    assertPulled(snapshot, WEIGHTS);

    // Others check sizes alone: what they left is read once, and fetched again if it is wrong.
    Path blob = cache().blob(hash(WEIGHTS));
    byte[] content = files.get(WEIGHTS).clone();
    content[SIZE / 2]++;
    Files.write(blob, content);
    hub.reset();
    assertPulled(pull("zoe/tiny"), WEIGHTS);
    assertTrue(notes.getLast().contains(WEIGHTS + ": its content is not what the hub has"));
  }

  @Test
  void saysWhyTheHubRefuses() throws IOException {
    hub.add("zoe/gated").with("main", files).gated();
    hub.add("zoe/secret").with("main", files).secret();
    assertRefused("", "zoe/none", "no model zoe/none, or it is private", "HF_TOKEN");
    assertRefused("", "zoe/secret", "no model zoe/secret, or it is private", "HF_TOKEN");
    assertRefused(HubStandIn.GOOD_TOKEN, "zoe/none", "no model zoe/none", "not yours");
    assertRefused("", "zoe/tiny@nope", "zoe/tiny has no revision 'nope'", "/zoe/tiny/tree/main");
    assertRefused("", "zoe/gated", "zoe/gated is gated", "HF_TOKEN");
    assertRefused(HubStandIn.STRANGER_TOKEN, "zoe/gated", "your token has no access", "ask for it");
    assertRefused("hf_bad", "zoe/tiny", "does not know the token", "HF_TOKEN");
    hub.fail("HEAD .*/config.json", 1, new Status(404, Map.of("X-Error-Code", "EntryNotFound")));
    assertRefused("", "zoe/tiny", "zoe/tiny has no file 'transformer/config.json'", "");
    String commit = hub.add("zoe/tiny").commit("main");
    assertEquals(
        List.of("transformer/config.json"),
        names(cache().folder().resolve(".no_exist").resolve(commit)));
    hub.fail("GET /cdn/", 9, new Status(416, Map.of("Content-Range", "bytes */7")));
    assertRefused("", "zoe/tiny", "its store has other ones", "bytes */7");
    hub.fail("GET /api/", 1, new Status(418, Map.of()));
    assertRefused("", "zoe/tiny", "the hub answers 418", "fault");
    hub.fail("HEAD .*safetensors", 1, new WrongSize());
    assertRefused("", "zoe/tiny", "the hub's list says", "try again later");
    assertEquals(List.of(), pauses);
    assertNothingWrong();
    hub.calm();
    for (String name : List.of("zoe/gated", "zoe/secret")) {
      pull(settings(Optional.of(HubStandIn.GOOD_TOKEN)), PullGate.NONE, name);
    }
  }

  private void assertRefused(String token, String name, String... parts) {
    Optional<String> given = Optional.of(token).filter(text -> !text.isEmpty());
    HubException refused =
        assertThrows(HubException.class, () -> pull(settings(given), PullGate.NONE, name), name);
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), part + " in: " + refused.getMessage());
    }
    assertFalse(refused.getMessage().contains("hf_"), refused.getMessage());
  }

  @Test
  void givesTheTokenToTheHubAlone() {
    pull(settings(Optional.of(HubStandIn.GOOD_TOKEN)), PullGate.NONE, "zoe/tiny");
    for (HubStandIn.Request request : hub.requests()) {
      assertEquals(
          request.isOfContent() ? null : "Bearer " + HubStandIn.GOOD_TOKEN,
          request.headers().get("authorization"),
          request.path());
      assertEquals("identity", request.headers().get("accept-encoding"));
    }
    assertFalse(settings(Optional.of("hf_good")).toString().contains("hf_good"));
  }

  @Test
  void triesAgainWhatPasses() throws IOException {
    String large = "GET /cdn/" + hash(WEIGHTS);
    hub.fail("GET /api/.*/tree/", 1, new Status(429, Map.of("Retry-After", "7")));
    hub.fail("HEAD .*index.json", 1, new Status(429, Map.of("RateLimit", "\"pages\";r=0;t=3")));
    hub.fail("HEAD .*/transformer/config.json", 2, new Status(500, Map.of()));
    hub.fail(large, 1, new Status(503, Map.of()));
    hub.fail(large, 1, new Cut(-1));
    hub.fail(large, 1, new Status(403, Map.of()));
    hub.fail(large, 1, new Status(412, Map.of()));
    assertPulled(pullWith(1), WEIGHTS);
    List<Long> seconds = pauses.stream().map(Duration::toSeconds).sorted().toList();
    assertTrue(seconds.containsAll(List.of(1L, 2L, 4L, 7L)), seconds.toString());
    assertTrue(
        notes.stream()
            .anyMatch(note -> note.contains("wants fewer requests (429); tries again in 7 s")));
    assertEquals(
        3,
        hub.requests().stream()
            .filter(request -> request.method().equals("HEAD") && request.path().endsWith(WEIGHTS))
            .count(),
        "for the header, for the body, and when the address is no longer good");
    assertTrue(
        hub.requests().stream()
            .filter(request -> request.path().contains("" + hash(WEIGHTS)))
            .anyMatch(request -> request.headers().containsKey("if-match")));

    cacheFolder = folder.resolve("other");
    hub.fail("GET /api/", 1, new Status(429, Map.of("Retry-After", "7200")));
    assertTrue(refusal("zoe/tiny").contains("in 120 minutes"));
  }

  @Test
  void worksWithoutRanges() throws IOException {
    hub.fail("GET /cdn/" + hash(WEIGHTS), 2, new Cut(5000));
    hub.fail("GET /cdn/" + hash(WEIGHTS), 1000, new NoRange());
    assertPulled(pull("zoe/tiny"), WEIGHTS);
  }

  @Test
  void givesUpOnSilence() {
    HubSettings patience =
        new HubSettings(
            hub.endpoint(),
            cacheFolder,
            Optional.empty(),
            false,
            Duration.ofMillis(50),
            Duration.ofMillis(50));
    hub.fail("GET /api/", 1000, new Silence());
    HubException refused =
        assertThrows(HubException.class, () -> pull(patience, PullGate.NONE, "zoe/tiny"));
    assertTrue(refused.getMessage().contains("nothing came from 127.0.0.1"), refused.getMessage());
  }

  @Test
  void followsNoRedirectToNowhere() {
    for (String location : List.of("file:///etc/passwd", "ftp://127.0.0.1/x", "http:// no")) {
      hub.reset();
      hub.fail("GET /api/", 1, new Redirect(location));
      String refused = refusal("zoe/tiny");
      assertTrue(refused.contains("leads to"), refused);
    }
    hub.fail("GET /", 1000, new Redirect("/again"));
    assertTrue(refusal("zoe/tiny").contains("more than 8 redirects"));
  }

  @Test
  void refusesNamesThatLeadElsewhere() throws IOException {
    for (String evil : List.of("../../evil.json", "/evil.json", "a\\evil.json", "x/nul.json")) {
      hub.add("zoe/evil").with("main", Map.of(evil, text("{}")));
      String refused = refusal("zoe/evil", "*");
      assertTrue(refused.contains("could lead out of the cache"), refused);
    }
    assertFalse(Files.exists(cacheFolder));
  }

  @Test
  void looksForRoomBeforeTheFirstByte() throws IOException {
    hub.add("zoe/tiny").claim(WEIGHTS, 1L << 60);
    String refused = refusal("zoe/tiny");
    assertTrue(refused.contains("zoe/tiny: about 1099511627"), refused);
    assertTrue(refused.contains("HF_HUB_CACHE"), refused);
    assertEquals(0, hub.served());
    assertEquals(List.of(), names(cache().blobs()));

    cacheFolder = Files.writeString(folder.resolve("file"), "no folder").resolve("cache");
    hub.add("zoe/tiny").claim(WEIGHTS, files.get(WEIGHTS).length);
    assertTrue(refusal("zoe/tiny").contains("cannot be written"));
  }

  /** A limit on the size of files fails as a full disk does. */
  @Test
  @DisabledOnOs(OS.WINDOWS)
  void leavesNothingWrongOnAFullDisk() throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                "sh",
                "-c",
                "ulimit -f 64 && exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PullIntoFullDisk.class.getName(),
                hub.endpoint().toString(),
                cacheFolder.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(1, process.waitFor(), output);
    assertTrue(output.contains("cannot be written: File too large; make room"), output);
    assertFalse(Files.exists(cache().blob(hash(WEIGHTS))));
    assertPulled(pull("zoe/tiny"), WEIGHTS);
  }

  /** Prints the message of the error, and nothing else. */
  static final class PullIntoFullDisk {
    public static void main(String[] arguments) {
      Duration patience = Duration.ofSeconds(10);
      HubSettings settings =
          new HubSettings(
              URI.create(arguments[0]),
              Path.of(arguments[1]),
              Optional.empty(),
              false,
              patience,
              patience);
      try (Pull pull = new Pull(settings, PullGate.NONE, PullListener.NONE)) {
        pull.fetch(pull.plan(MODEL, List.of()));
      } catch (HubException e) {
        System.out.print(e.getMessage());
        System.exit(1);
      }
    }
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
