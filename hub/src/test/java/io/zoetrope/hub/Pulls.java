package io.zoetrope.hub;

import static io.zoetrope.hub.HubStandIn.safetensors;
import static io.zoetrope.hub.HubStandIn.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.files.ExpectedException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A small model at a hub on the loopback interface, a cache, and pulls from one to the other. */
abstract class Pulls {
  private static final String INDEX =
      """
      {"_class_name": "WanPipeline",
       "transformer": ["diffusers", "WanTransformer3DModel"],
       "transformer_2": [null, null],
       "tokenizer": ["transformers", "T5Tokenizer"]}
      """;

  static final String WEIGHTS = "transformer/diffusion_pytorch_model.safetensors";
  static final ModelName MODEL = ModelName.of("zoe/tiny");
  static final int SIZE = 200_000;
  static final int PIECE_BYTES = 16 << 10;

  @TempDir Path folder;
  final List<String> notes = Collections.synchronizedList(new ArrayList<>());
  final List<Duration> pauses = Collections.synchronizedList(new ArrayList<>());
  final Map<String, byte[]> files = new TreeMap<>();
  HubStandIn hub;
  Path cacheFolder;

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

  HubSettings settings() {
    return settings(Optional.empty());
  }

  HubSettings settings(Optional<String> token) {
    return settings(hub.endpoint(), cacheFolder, token, Duration.ofSeconds(10));
  }

  static HubSettings settings(URI hub, Path cache, Optional<String> token, Duration patience) {
    return new HubSettings(
        hub, cache, token.map(HubToken::new), false, patience, patience, Proxies.OF_JAVA);
  }

  final PullListener listener =
      new PullListener() {
        @Override
        public void note(String line) {
          notes.add(line);
        }
      };

  Path pull(String name, String... include) {
    return pull(settings(), PullGate.NONE, name, include);
  }

  Path pull(HubSettings settings, PullGate gate, String name, String... include) {
    return pull(settings, gate, 8, Files::createSymbolicLink, name, include);
  }

  Path pull(
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

  Path pullWith(int width) {
    return pull(settings(), PullGate.NONE, width, Files::createSymbolicLink, "zoe/tiny");
  }

  String refusal(String name, String... include) {
    return assertThrows(ExpectedException.class, () -> pull(name, include)).getMessage();
  }

  ModelCache cache() {
    return new ModelCache(settings().cache(), MODEL);
  }

  ContentHash hash(String path) {
    return new ContentHash(HubStandIn.hex("SHA-256", files.get(path)));
  }

  /** Files under a final name, which have to be whole and right whenever somebody looks. */
  void assertNothingWrong() throws IOException {
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

  void assertPulled(Path snapshot, String... paths) throws IOException {
    for (String path : paths) {
      assertArrayEquals(files.get(path), Files.readAllBytes(snapshot.resolve(path)), path);
    }
    assertNothingWrong();
  }

  static List<String> names(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(file -> !Files.isDirectory(file))
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .toList();
    }
  }
}
