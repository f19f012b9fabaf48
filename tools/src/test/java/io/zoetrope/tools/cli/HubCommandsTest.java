package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.files.ExpectedException;
import io.zoetrope.hub.HubSettings;
import io.zoetrope.hub.HubStandIn;
import io.zoetrope.hub.LocalModels;
import io.zoetrope.hub.ModelName;
import io.zoetrope.hub.Proxies;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models of a hub, from their names to what is said of them. */
class HubCommandsTest extends CommandTest {
  private static final Path NAME = Path.of("zoe/tiny");
  private HubStandIn hub;
  private HubSettings settings;

  @BeforeEach
  void start() throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(model)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(model.relativize(file).toString().replace('\\', '/'), Files.readAllBytes(file));
      }
    }
    hub = new HubStandIn();
    hub.add("zoe/tiny").with("main", files);
    Duration patience = Duration.ofSeconds(10);
    settings =
        new HubSettings(
            hub.endpoint(),
            folder.resolve("cache"),
            Optional.empty(),
            false,
            patience,
            patience,
            Proxies.OF_JAVA);
  }

  @AfterEach
  void stop() {
    hub.close();
  }

  private Path folder(HubSettings hubSettings, Path name) {
    return HubModels.folder(hubSettings, name, new PrintWriter(err, true));
  }

  private String list() {
    new ModelList(settings).print(new PrintWriter(out, true));
    String text = out.toString();
    out.getBuffer().setLength(0);
    return text;
  }

  /** The first time it is fetched; from then on no connection is opened. */
  @Test
  void aNameIsAModel() {
    ExpectedException offline =
        assertThrows(ExpectedException.class, () -> folder(settings.offline(), NAME));
    assertTrue(offline.getMessage().contains("'zoetrope pull zoe/tiny'"), offline.getMessage());
    assertEquals(List.of(), hub.requests());

    Path snapshot = folder(settings, NAME);
    assertTrue(err.toString().startsWith("pulling zoe/tiny: 15 files, 3.2 MiB"), err.toString());
    assertTrue(err.toString().contains("pulled zoe/tiny: 3.2 MiB in "), err.toString());
    assertEquals(0, generate("--model", snapshot.toString()), err.toString());
    assertTrue(err.toString().contains("zoe/tiny, f32: 32x32"), err.toString());

    hub.reset();
    err.getBuffer().setLength(0);
    assertEquals(snapshot, folder(settings, NAME));
    assertEquals(snapshot, folder(settings.offline(), NAME));
    assertEquals(List.of(), hub.requests());
    assertEquals("", err.toString());
    assertEquals(Path.of("no", "such", "folder"), folder(settings, Path.of("no/such/folder")));

    String listed = list();
    assertTrue(
        listed.contains(
            "main: WanPipeline, text to video, video to video; 81 frames of 832x480 need "),
        listed);
    assertEquals(0, new LocalModels(settings).verify(ModelName.of("zoe/tiny"), (_, _) -> {}));
  }

  @Test
  void saysWhatIsNotThere() {
    assertTrue(list().contains("no models; 'zoetrope pull ORG/NAME' fetches one"));
    String refused =
        assertThrows(ExpectedException.class, () -> folder(settings, Path.of("zoe/none")))
            .getMessage();
    assertTrue(refused.contains("model zoe/none: there is no such folder; the hub"), refused);
    PullRun.run(
        settings,
        ModelName.of("zoe/tiny"),
        List.of("scheduler/*", "model_index.json"),
        new PrintWriter(err, true));
    String listed = list();
    assertTrue(
        listed.contains("main: incomplete, it lacks text_encoder/config.json and 12 others"),
        listed);
    String lack =
        assertThrows(ExpectedException.class, () -> folder(settings.offline(), NAME)).getMessage();
    assertTrue(lack.contains("lacks its text_encoder/config.json; where there is a"), lack);
    PullCommand.list(settings, ModelName.of("zoe/tiny"), List.of(), new PrintWriter(out, true));
    assertTrue(
        out.toString().lines().anyMatch(line -> line.matches(".* there +scheduler/.*")),
        out.toString());
    assertTrue(out.toString().contains("are to be fetched from " + hub.endpoint()), out.toString());
  }

  /** Models that no family runs are refused while next to nothing of them has been fetched. */
  @Test
  void refusesOtherModelsBeforeTheirWeights() {
    hub.add("zoe/mochi")
        .with(
            "main",
            Map.of(
                "model_index.json", HubStandIn.text("{\"_class_name\": \"MochiPipeline\"}"),
                "mochi.safetensors", HubStandIn.safetensors("t5_yproj.weight", 1, 300_000)));
    String refused =
        assertThrows(ExpectedException.class, () -> folder(settings, Path.of("zoe/mochi")))
            .getMessage();
    assertTrue(refused.contains("'MochiPipeline' is not supported"), refused);
    refused =
        assertThrows(
                ExpectedException.class,
                () ->
                    PullRun.run(
                        settings,
                        ModelName.of("zoe/mochi"),
                        List.of("*.safetensors"),
                        new PrintWriter(err)))
            .getMessage();
    assertEquals(
        "mochi.safetensors is a transformer of Mochi, which is not supported: nothing more of it is"
            + " fetched",
        refused);
    assertTrue(hub.served() < 300_000, "" + hub.served());
  }

  /** Files that are no pipeline are listed by what they are, as their headers say it. */
  @Test
  void listsSingleFiles() throws IOException {
    Path vae = Fixtures.path("single-file").resolve("t2v").resolve("vae_f16.safetensors");
    hub.add("zoe/files")
        .with(
            "main",
            Map.of(
                "split_files/vae/wan_2.1_vae.safetensors", Files.readAllBytes(vae),
                "lora.safetensors", HubStandIn.safetensors("x.lora_A.weight", 1, 10)));
    PullRun.run(
        settings, ModelName.of("zoe/files"), List.of("*.safetensors"), new PrintWriter(err, true));
    String listed = list();
    assertTrue(listed.contains("main: no pipeline, single files"), listed);
    assertTrue(listed.contains("    lora.safetensors: it is a LoRA"), listed);
    assertTrue(
        listed.contains(
            "    split_files/vae/wan_2.1_vae.safetensors: video autoencoder of Wan 2.1, F16"),
        listed);
  }

  @Test
  void progressTellsRateAndTimeLeft() {
    long[] nanos = new long[1];
    PullPrinter printer = new PullPrinter(new PrintWriter(out), false, () -> nanos[0]);
    printer.begin(100L << 20, 20L << 20);
    printer.now("vae/x.safetensors");
    for (int second = 0; second < 20; second++) {
      printer.tick();
      nanos[0] += 1_000_000_000L;
      printer.received(2L << 20);
    }
    printer.note("a connection\nbroke");
    printer.close();
    assertEquals(
        List.of(
            "40.0 MiB of 100.0 MiB - 30.00s left - 2.0 MiB/s - 10.00s gone |=======>            |"
                + " vae/x.safetensors",
            "a connection broke"),
        out.toString().lines().toList());
    assertEquals("40.0 MiB in 20.00s", printer.summary());
  }
}
