package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.MediaReader;
import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoClip;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that make a clip of a clip. */
class ClipCommandsTest {
  private static final String HOME = "zoetrope.home";
  private static final int SIDE = 32;
  private static final int FRAMES = 3;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeAll
  static void nameTheInstallation() {
    System.setProperty(HOME, Fixtures.path("..").toString());
  }

  @AfterAll
  static void forgetTheInstallation() {
    System.clearProperty(HOME);
  }

  @BeforeEach
  void makeClip() {
    makeClip(FRAMES);
  }

  private void makeClip(int frames) {
    byte[] rgb = new byte[frames * SIDE * SIDE * 3];
    for (int i = 0; i < rgb.length; i++) {
      int x = i / 3 % SIDE;
      int frame = i / (3 * SIDE * SIDE);
      rgb[i] = (byte) (x > 4 * frame && x < 4 * frame + 8 ? 220 : 40 + 5 * x);
    }
    MediaWriter.open(file("in.mp4"))
        .write(new VideoFrames(SIDE, SIDE, frames, rgb), 8, Provenance.of(Map.of("prompt", "bar")));
  }

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  private int run(String command, String... more) {
    List<String> args = new ArrayList<>(List.of(command, file("in.mp4")));
    args.addAll(List.of(more));
    return Main.run(
        new PrintWriter(out, true), new PrintWriter(err, true), args.toArray(String[]::new));
  }

  private VideoClip read(String name) {
    return MediaReader.read(folder.resolve(name), 100);
  }

  private void assertRefused(int code, String... parts) {
    assertEquals(1, code, err.toString());
    List<String> lines = err.toString().strip().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    for (String part : parts) {
      assertTrue(lines.getFirst().contains(part), lines.getFirst());
    }
    assertFalse(Files.exists(folder.resolve("out.mp4")));
  }

  // ---------------------------------------------------------------- larger

  @ParameterizedTest
  @ValueSource(ints = {2, 4})
  void aNetworkMakesAClipLarger(int scale) {
    int code =
        run("upscale", "--scale", Integer.toString(scale), "--tile", "16", "-o", file("out.mp4"));
    assertEquals(0, code, err.toString());
    VideoClip larger = read("out.mp4");
    assertEquals(
        "%d frames of %dx%d".formatted(FRAMES, scale * SIDE, scale * SIDE),
        larger.frames().toString());
    assertEquals(8, larger.framesPerSecond(), 0.01);
    // Without the pixels between, it is nearly what it was.
    VideoFrames small = read("in.mp4").frames();
    double sum = 0;
    for (int i = 0; i < FRAMES; i++) {
      byte[] a = small.frame(i);
      byte[] b = larger.frames().frame(i);
      for (int k = 0; k < a.length; k++) {
        int x = k / 3 % SIDE;
        int y = k / 3 / SIDE;
        int there = 3 * (scale * (y * scale * SIDE + x)) + k % 3;
        sum += Math.abs((a[k] & 0xff) - (b[there] & 0xff));
      }
    }
    assertTrue(sum / (FRAMES * SIDE * SIDE * 3) < 12, "off by " + sum / (FRAMES * SIDE * SIDE * 3));
    Map<String, Object> provenance = Provenance.read(folder.resolve("out.mp4")).entries();
    assertEquals("upscale", provenance.get("operation"));
    assertEquals("esrgan-slim-%dx.safetensors".formatted(scale), provenance.get("model"));
    assertEquals("bar", ((Map<?, ?>) provenance.get("source")).get("prompt"));
    assertEquals(Provenance.TRAINED_ALGORITHMIC_MEDIA, provenance.get("digitalSourceType"));
  }

  @Test
  void withoutANetworkAFilterDoesItAndSaysSo() {
    System.setProperty(HOME, folder.toString());
    try {
      assertEquals(0, run("upscale", "-o", file("out.mp4")), err.toString());
      assertTrue(err.toString().contains("no network is named"), err.toString());
      assertEquals(2 * SIDE, read("out.mp4").frames().width());
      assertRefused2(run("upscale", "--method", "network", "-o", file("no.mp4")), "is missing");
    } finally {
      nameTheInstallation();
    }
  }

  private void assertRefused2(int code, String part) {
    assertEquals(1, code, err.toString());
    assertTrue(err.toString().contains(part), err.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --scale 3                                 | --scale 3       | neither 2 nor 4
          --tile 20                                 | 20 pixels       | multiples of 16
          --model none.safetensors                  | none            | no such file
          --model x --method lanczos                | --model         | lanczos takes none
          --device tpu                              | tpu             | cpu
          """)
  void refusesToEnlarge(String options, String first, String second) {
    List<String> args = new ArrayList<>(List.of(options.split(" +")));
    args.addAll(List.of("-o", file("out.mp4")));
    assertRefused(run("upscale", args.toArray(String[]::new)), first, second);
  }

  @Test
  void refusesANetworkOfAnotherScale() {
    String network = Fixtures.path("../upscale-model/esrgan-slim-4x.safetensors").toString();
    assertRefused(
        run("upscale", "--model", network, "--scale", "2", "-o", file("out.mp4")),
        "4 times as wide",
        "use --scale 4");
  }

  @Test
  void refusesFilesOfOtherKindsAsNetworks() {
    String other =
        Fixtures.path("wan21-t2v-tiny/vae/diffusion_pytorch_model.safetensors").toString();
    assertRefused(
        run("upscale", "--model", other, "-o", file("out.mp4")), "no network that enlarges");
  }

  // ---------------------------------------------------------------- smoother

  @ParameterizedTest
  @CsvSource({"--multiplier, 3, 24, 7", "--fps, 12, 12, 4"})
  void aFilterGivesMoreFrames(String option, String value, int rate, int count) {
    assertEquals(0, run("interpolate", option, value, "-o", file("out.gif")), err.toString());
    VideoClip more = read("out.gif");
    assertEquals(count, more.frames().frames());
    assertEquals(rate, more.framesPerSecond(), 0.8);
  }

  /** Between each pair of neighbours, which stay. */
  @Test
  void aModelGivesMoreFrames() {
    String model = Fixtures.path("wan21-flf2v-tiny").toString();
    assertEquals(
        0,
        run(
            "interpolate",
            "--multiplier",
            "2",
            "--method",
            "model",
            "--model",
            model,
            "--steps",
            "1",
            "-o",
            file("out.mp4")),
        err.toString());
    assertTrue(err.toString().contains("2 rounds of 5 frames of 32x32"), err.toString());
    VideoFrames more = read("out.mp4").frames();
    assertEquals(2 * FRAMES - 1, more.frames());
    Map<String, Object> provenance = Provenance.read(folder.resolve("out.mp4")).entries();
    assertEquals("model", provenance.get("method"));
    assertEquals(2, provenance.get("rounds"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --multiplier 1   | --multiplier 1 | 2 to 64
          --fps 8          | 8 frames       | not more than the 8
          --fps 2000       | 2000 frames    | at most 1000
          --fps 16 --model x                 | --model        | --method model
          --fps 12 --method model            | 12             | whole multiples
          --fps 16 --method model --frames 5 | --frames       | follow from the rate
          """)
  void refusesToInterpolate(String options, String first, String second) {
    List<String> args = new ArrayList<>(List.of(options.split(" +")));
    args.addAll(List.of("-o", file("out.mp4")));
    assertRefused(run("interpolate", args.toArray(String[]::new)), first, second);
  }

  // ---------------------------------------------------------------- longer

  private int extend(String fixture, String... more) {
    List<String> args = new ArrayList<>(List.of("it moves", "--steps", "1"));
    args.addAll(List.of("--model", Fixtures.path(fixture).toString(), "-o", file("out.mp4")));
    args.addAll(List.of(more));
    return run("extend", args.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "wan22-ti2v-tiny, --frames 5 --seconds 0.75, 6, 2",
    "wan21-flf2v-tiny, --frames 5 --loop, 3, 2",
    "wan21-vace-tiny, --frames 9 --direction backward --overlap 2, 7, 1"
  })
  void aModelMakesAClipLonger(String fixture, String options, int added, int seams) {
    assertEquals(0, extend(fixture, options.split(" ")), err.toString());
    assertEquals(FRAMES + added, read("out.mp4").frames().frames(), err.toString());
    List<String> measured =
        err.toString().lines().filter(line -> line.startsWith("seam at frame ")).toList();
    assertEquals(seams, measured.size(), err.toString());
    Map<String, Object> provenance = Provenance.read(folder.resolve("out.mp4")).entries();
    assertEquals("extend", provenance.get("operation"));
    assertEquals("it moves", provenance.get("prompt"));
    assertEquals("bar", ((Map<?, ?>) provenance.get("source")).get("prompt"));
  }

  /** Both lead from one picture to another; that the frames are the CPU's, others show. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "interpolate --multiplier 2 --method model --prompt bar",
        "extend bar --frames 5 --loop"
      })
  void modelsWorkOnACard(String command) {
    makeClip(2);
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("--model", Fixtures.path("wan21-flf2v-tiny").toString()));
    words.addAll(List.of("--steps", "1", "--guidance", "1", "--device", "cuda-emulated"));
    words.addAll(List.of("-o", file("out.mp4")));
    int code = run(words.removeFirst(), words.toArray(String[]::new));
    assertEquals(0, code, err.toString());
    assertTrue(read("out.mp4").frames().frames() > 2);
  }

  @Test
  void refusesToExtend() {
    assertRefused(
        extend("wan21-t2v-tiny"), "cannot go on from a first frame", "does text to video");
    err.getBuffer().setLength(0);
    assertRefused(extend("wan22-ti2v-tiny", "--overlap", "3"), "overlap 3", "leave it out");
    err.getBuffer().setLength(0);
    assertRefused(extend("wan22-ti2v-tiny", "--overlap", "0"), "--overlap 0");
    err.getBuffer().setLength(0);
    assertRefused(extend("wan21-flf2v-tiny", "--loop", "--seconds", "1"), "leave out --seconds");
    err.getBuffer().setLength(0);
    assertRefused(extend("wan22-ti2v-tiny", "--seconds", "-1"), "--seconds -1");
    err.getBuffer().setLength(0);
    assertRefused(extend("wan22-ti2v-tiny", "--size", "30x30"), "size 30x30", "nearest");
  }

  // ---------------------------------------------------------------- all

  @ParameterizedTest
  @ValueSource(strings = {"upscale", "interpolate --fps 16", "extend moves"})
  void refuseWhatIsNoClip(String command) throws IOException {
    List<String> words = List.of(command.split(" "));
    List<String> options = new ArrayList<>(words.subList(1, words.size()));
    options.addAll(List.of("-o", file("out.mp4")));
    String[] more = options.toArray(String[]::new);
    Path clip = folder.resolve("in.mp4");
    byte[] whole = Files.readAllBytes(clip);
    Files.write(clip, new byte[0]);
    assertRefused(run(words.getFirst(), more), "in.mp4");
    err.getBuffer().setLength(0);
    Files.writeString(clip, "file '/etc/hostname'\n");
    assertRefused(run(words.getFirst(), more), "in.mp4", "it is no PNG");
    err.getBuffer().setLength(0);
    Files.write(clip, Arrays.copyOf(whole, whole.length / 2));
    assertRefused(run(words.getFirst(), more), "in.mp4");
    err.getBuffer().setLength(0);
    Files.delete(clip);
    assertRefused(run(words.getFirst(), more), "in.mp4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"upscale", "interpolate --fps 16", "extend moves"})
  void neverWriteOverTheClipThatTheyRead(String command) throws IOException {
    List<String> words = List.of(command.split(" "));
    List<String> options = new ArrayList<>(words.subList(1, words.size()));
    options.addAll(List.of("-o", file("in.mp4")));
    byte[] before = Files.readAllBytes(folder.resolve("in.mp4"));
    assertRefused(run(words.getFirst(), options.toArray(String[]::new)), "in.mp4", "that is read");
    assertArrayEquals(before, Files.readAllBytes(folder.resolve("in.mp4")));
  }
}
