package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.RandomAccessFile;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line on a tiny model: what it writes, and what it says to bad input. */
class CommandLineTest {
  private static final String INDEX = "diffusion_pytorch_model.safetensors.index.json";

  @TempDir private Path folder;
  private Path model;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void copyModel() throws IOException {
    model = folder.resolve("model");
    Path source = Fixtures.path("wan21-t2v-tiny");
    try (Stream<Path> files = Files.walk(source)) {
      for (Path file : files.toList()) {
        Path target = model.resolve(source.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else if (!file.getFileName().toString().startsWith("golden")) {
          Files.copy(file, target);
        }
      }
    }
  }

  private int run(String... args) {
    return Main.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  /** Generates with a few options of a small job, which {@code more} adds to or replaces. */
  private int generate(String... more) {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("--model", model.toString());
    options.put("--size", "32x32");
    options.put("--frames", "5");
    options.put("--steps", "1");
    options.put("-o", folder.resolve("out.mp4").toString());
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    List<String> args = new ArrayList<>(List.of("generate", "a prompt"));
    options.forEach((name, value) -> args.addAll(List.of(name, value)));
    return run(args.toArray(String[]::new));
  }

  /** One line that holds all the parts, a failure code, and nothing left behind. */
  private void assertRefused(int code, String... parts) {
    assertTrue(code > 0, "exit code " + code);
    List<String> lines = err.toString().lines().toList();
    assertEquals(1, lines.size(), err.toString());
    for (String part : parts) {
      assertTrue(lines.getFirst().contains(part), "'" + part + "' is missing in: " + err);
    }
    assertNothingWritten();
  }

  private void assertNothingWritten() {
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(model), files.toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void generatesAClipThatSaysWhereItComesFrom() {
    assertEquals(0, generate("--seed", "7", "--flow-shift", "5"), err.toString());
    assertEquals(0, run("info", folder.resolve("out.mp4").toString()));
    String info = out.toString();
    for (String part :
        List.of(
            "\"prompt\" : \"a prompt\"",
            "\"seed\" : 7",
            "\"flow_shift\" : 5.0",
            "trainedAlgorithmicMedia",
            "UniPCMultistepScheduler")) {
      assertTrue(info.contains(part), "'" + part + "' is missing in: " + info);
    }
  }

  @Test
  void savedTensorsReproduceTheClip() throws IOException {
    Path tensors = folder.resolve("tensors.safetensors");
    Path frames = folder.resolve("first.png-folder");
    Path again = folder.resolve("second.png-folder");
    assertEquals(
        0,
        generate("--seed", "7", "--save-tensors", tensors.toString(), "-o", frames.toString()),
        err.toString());
    assertEquals(
        0,
        generate("--latents", tensors.toString(), "--threads", "1", "-o", again.toString()),
        err.toString());
    Path frame = Path.of("00004.png");
    assertEquals(-1, Files.mismatch(pixels(frames.resolve(frame)), pixels(again.resolve(frame))));
  }

  /** The frame without its metadata, which differs. */
  private Path pixels(Path png) throws IOException {
    var image = javax.imageio.ImageIO.read(png.toFile());
    Path file = Files.createTempFile(folder, "pixels", ".bmp");
    javax.imageio.ImageIO.write(image, "bmp", file.toFile());
    return file;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --frames        | 6              | frames 6         | use 5 or 9
          --frames        | -3             | frames -3        | not positive
          --size          | 40x32          | 40x32            | multiple of 16
          --size          | big            | --size big       | 832x480
          --steps         | -1             | steps -1         | 1 to 1000
          --steps         | x              | --steps          | 'x'
          --guidance      | NaN            | guidance NaN     | finite
          --flow-shift    | 0              | flow shift 0     | positive
          --scheduler     | ddim           | 'ddim'           | unipc, euler, dpm++
          --dtype         | f64            | --dtype          | f64
          --device        | tpu            | device 'tpu'     | cpu
          --threads       | 0              | --threads 0      | 1 to 1024
          --fps           | 0              | --fps 0          | 1 to 1000
          --seed          | 1.5            | --seed 1.5       | 'random'
          --upscale       | -2             | --upscale -2     | 1 to 64
          -o              | out.avi        | .avi             | .mp4
          -o              | no/such/x.mp4  | x.mp4            | doesn't exist
          --latents       | nothing.st     | nothing.st       | no such file
          --save-tensors  | no/such/x.st   | --save-tensors   | folder
          """)
  void refusesAWrongOption(String option, String value, String first, String second) {
    assertRefused(generate(option, value), first, second);
  }

  @Test
  void refusesAnEmptyPrompt() {
    assertRefused(run("generate", "  ", "--model", model.toString()), "prompt is empty");
  }

  @Test
  void refusesAPromptOfAMegabyte() {
    assertRefused(
        run("generate", "a".repeat(1 << 20), "--model", model.toString()), "1048576 characters");
  }

  @Test
  void refusesAMissingModelFolder() {
    model = folder.resolve("none");
    int code = generate();
    model = folder.resolve("model");
    assertRefused(code, "none", "does not exist");
  }

  @Test
  void refusesAnEmptyModelFolder() throws IOException {
    Files.delete(model.resolve("model_index.json"));
    assertRefused(generate(), "model_index.json");
  }

  @Test
  void refusesAnUnknownPipelineClass() throws IOException {
    replace(model.resolve("model_index.json"), "WanPipeline", "MagicPipeline");
    assertRefused(generate(), "MagicPipeline", "WanPipeline");
  }

  @Test
  void refusesAnUnknownComponentClass() throws IOException {
    replace(model.resolve("model_index.json"), "WanTransformer3DModel", "OtherTransformer");
    assertRefused(generate(), "transformer", "OtherTransformer", "WanTransformer3DModel");
  }

  @Test
  void refusesMalformedJson() throws IOException {
    replace(model.resolve("transformer/config.json"), ",", ",,");
    assertRefused(generate(), "config.json", "line");
  }

  @Test
  void refusesAMissingTensor() throws IOException {
    replace(model.resolve("transformer/config.json"), "\"num_layers\": 3", "\"num_layers\": 4");
    assertRefused(generate(), "blocks.3.", "nearest");
  }

  @Test
  void refusesAWrongShape() throws IOException {
    replace(model.resolve("transformer/config.json"), "\"ffn_dim\": 96", "\"ffn_dim\": 95");
    assertRefused(generate(), "ffn.net.0.proj", "[96, 64]", "[95, 64]");
  }

  @Test
  void refusesATruncatedShard() throws IOException {
    Path shard = model.resolve("transformer/diffusion_pytorch_model-00002-of-00004.safetensors");
    try (var file = new RandomAccessFile(shard.toFile(), "rw")) {
      file.setLength(file.length() - 100);
    }
    assertRefused(generate(), "00002-of-00004");
  }

  @Test
  void refusesAnIndexThatLeadsOutside() throws IOException {
    replace(
        model.resolve("transformer").resolve(INDEX),
        "diffusion_pytorch_model-00002-of-00004",
        "../vae/diffusion_pytorch_model");
    assertRefused(generate(), INDEX, "..");
  }

  @Test
  void refusesAnOutputThatCannotBeWritten() throws IOException {
    Path file = Files.createFile(model.resolve("file"));
    assertRefused(generate("-o", file.resolve("out.mp4").toString()), "out.mp4", "not a folder");
  }

  @Test
  void inspectsFoldersAndFiles() {
    assertEquals(0, run("inspect", model.toString(), "--size", "32x32", "--frames", "5"));
    assertTrue(out.toString().contains("187,488"), out.toString());
    assertTrue(out.toString().contains("TFLOP"), out.toString());
    assertEquals(
        0,
        run(
            "inspect",
            model.resolve("vae/diffusion_pytorch_model.safetensors").toString(),
            "--tensors"));
    assertTrue(out.toString().contains("decoder.conv_in.weight"), out.toString());
    assertFalse(out.toString().contains("Exception"));
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(from), file + " lacks " + from);
    Files.writeString(file, text.replace(from, to));
  }
}
