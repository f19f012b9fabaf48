package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the commands say to bad input: one line, and nothing is written. */
class BadInputTest extends CommandTest {
  private static final String INDEX = "diffusion_pytorch_model.safetensors.index.json";

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
          --flow-shift    | 0              | flow shift 0     | above 0
          --scheduler     | heun           | 'heun'           | unipc, euler, dpm++
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
          --weights       | q5             | --weights        | 'q5'
          --weights-budget | 0             | --weights-budget 0 | GiB
          --weights-budget | 0.00001       | has no room for  | give at least that
          --cache         | fbcache        | 'fbcache'        | first-block
          --cache         | first-block:2  | 'first-block:2'  | at most 1
          --cache         | teacache       | coefficients     | easycache need none
          --guidance-interval | 0.9-0.1    | 0.9-0.1          | smaller one first
          --guidance-worker   | here       | 'here'           | HOST:PORT
          --guidance-worker   | 1          | no guidance worker at 127.0.0.1:1 | --listen
          --ablate        | **/attn2       | --ablate         | PATHS=zero
          --ablate        | **/no=zero     | '**/no'          | matches nothing
          --swap-text     | red            | --swap-text      | two words
          --swap-text     | red=blue       | 'red'            | not in the prompt
          --size          | 16384x16384    | 16384x16384      | exceed 2 GiB
          --frames        | 2147483647     | 2147483647       | exceed 2 GiB
          --frames        | 4097           | 1025 patches     | 1024 positions
          """)
  void refusesAWrongOption(String option, String value, String first, String second) {
    assertRefused(generate(option, value), first, second);
  }

  @Test
  void saysWhatOfPromptsHasNoEffect() {
    String prompt = "red ball ".repeat(600);
    assertEquals(
        0,
        run(
            "generate",
            prompt,
            "--model",
            model.toString(),
            "--size",
            "32x32",
            "--frames",
            "1",
            "--steps",
            "1",
            "--guidance",
            "1",
            "--negative-prompt",
            "blue",
            "-o",
            folder.resolve("out.gif").toString()),
        err.toString());
    List<String> warnings =
        err.toString().lines().filter(line -> line.startsWith("warning: ")).toList();
    assertEquals(2, warnings.size(), err.toString());
    assertTrue(
        warnings
            .getFirst()
            .matches("warning: the prompt has \\d+ tokens, of which 512 are read: .*"),
        warnings.getFirst());
    assertTrue(warnings.getLast().contains("negative prompt has no effect"), warnings.getLast());
    err.getBuffer().setLength(0);
    assertEquals(0, generate("--guidance", "1"), err.toString());
    assertFalse(err.toString().contains("warning: "), err.toString());
  }

  @Test
  void saysWhichWordsAModelDoesNotKnow() throws IOException {
    Files.writeString(model.resolve("zoetrope.json"), "{\"words\": [\"a\", \"ball\"]}");
    assertEquals(0, generate(), err.toString());
    assertTrue(
        err.toString().contains("warning: the model does not know prompt: 'words' in its"),
        err.toString());
  }

  @Test
  void saysThatASeedHasNoEffectBesideLatents() {
    String latents = folder.resolve("latents.safetensors").toString();
    assertEquals(0, generate("--save-latents", latents, "--seed", "7"), err.toString());
    assertTrue(err.toString().contains(", seed 7"), err.toString());
    assertFalse(err.toString().contains("warning: "), err.toString());
    err.getBuffer().setLength(0);
    assertEquals(0, generate("--latents", latents), err.toString());
    assertTrue(err.toString().contains(", given latents"), err.toString());
    assertFalse(err.toString().contains("warning: "), err.toString());
    assertEquals(0, generate("--latents", latents, "--seed", "7"), err.toString());
    assertTrue(
        err.toString()
            .contains("warning: the seed has no effect: --latents gives the initial noise"),
        err.toString());
    err.getBuffer().setLength(0);
    assertEquals(0, generate("--latents", latents, "--seed", "7", "--scheduler", "lcm"));
    assertTrue(err.toString().contains(", seed 7"), err.toString());
    assertFalse(err.toString().contains("warning: "), err.toString());
  }

  /** Before they are read: they may be larger than memory. */
  @Test
  void refusesLatentsOfAnotherShape() {
    Path latents = model.resolve("latents.safetensors");
    SafetensorsWriter.write(
        latents, Map.of("latents", Tensor.zeros(DType.F32, 1, 16, 2, 4, 4000)), Map.of());
    assertRefused(
        generate("--latents", latents.toString()),
        latents + ": latents has shape [1, 16, 2, 4, 4000]",
        "need [16, 2, 4, 4]");
    err.getBuffer().setLength(0);
    SafetensorsWriter.write(
        latents, Map.of("latents", Tensor.zeros(DType.I32, 16, 2, 4, 4)), Map.of());
    assertRefused(generate("--latents", latents.toString()), "floating-point numbers are needed");
  }

  @Test
  void refusesUnknownKernels() {
    assertRefused(generateWith("sse"), "-Dzoetrope.gemm=sse", "known kernels are auto");
  }

  @Test
  void refusesKernelsThatTheMachineLacks() throws IOException {
    Path processor = Path.of("/proc/cpuinfo");
    assumeFalse(
        Files.exists(processor) && Files.readString(processor).contains(" amx_bf16 "),
        "this machine has tiles");
    assertRefused(generateWith("amx"), "-Dzoetrope.gemm=amx: ", " needs ", "gemm=auto");
  }

  private int generateWith(String kernels) {
    System.setProperty("zoetrope.gemm", kernels);
    try {
      return generate();
    } finally {
      System.clearProperty("zoetrope.gemm");
    }
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
  @DisabledOnOs(OS.WINDOWS)
  void neverReplacesADevice() throws IOException {
    for (String option : List.of("--save-tensors", "--save-latents")) {
      err.getBuffer().setLength(0);
      assertRefused(generate(option, "/dev/null"), "/dev/null", "it is a device");
    }
    err.getBuffer().setLength(0);
    assertRefused(generate("-o", "/dev/null"), "/dev/null", "no extension");
    assertTrue(Files.readAttributes(Path.of("/dev/null"), BasicFileAttributes.class).isOther());
  }

  @Test
  void refusesToWriteOneOutputOverAnother() {
    String clip = folder.resolve("out.mp4").toString();
    assertRefused(generate("--save-tensors", clip), clip, "over another output");
    err.getBuffer().setLength(0);
    String same = folder.resolve("same.st").toString();
    assertRefused(
        generate("--save-tensors", same, "--save-latents", same), same, "over another output");
  }

  @Test
  void refusesANameThatIsTooLong() {
    String name = "x".repeat(300) + ".mp4";
    assertRefused(generate("-o", folder.resolve(name).toString()), name, "choose another");
  }

  @Test
  void refusesAnUnknownSchedulerClass() throws IOException {
    replace(model.resolve("model_index.json"), "UniPCMultistepScheduler", "UnheardScheduler");
    assertRefused(generate(), "scheduler", "UnheardScheduler", "UniPCMultistepScheduler");
  }

  @Test
  void refusesASchedulerThatIsAnotherInItsConfiguration() throws IOException {
    replace(
        model.resolve("model_index.json"),
        "UniPCMultistepScheduler",
        "DPMSolverMultistepScheduler");
    assertRefused(generate(), "UniPCMultistepScheduler", "DPMSolverMultistepScheduler");
  }

  @ParameterizedTest
  @CsvSource({"transformer,num_layers", "text_encoder,num_layers"})
  void refusesNonsensicalNumbersAtOnce(String component, String field) throws IOException {
    Path config = model.resolve(component).resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replaceFirst("\"%s\": \\d+".formatted(field), "\"%s\": 2147483647".formatted(field)));
    assertRefused(generate(), field, "2147483647", "10000");
  }

  @Test
  void refusesAPageThatCannotBeWritten() {
    assertRefused(
        run("parity", Fixtures.path("schedulers").toString(), "--html", "no/such/x.html"),
        "--html no/such/x.html",
        "folder");
  }

  @Test
  void refusesAMalformedPattern() {
    assertRefused(
        run("parity", Fixtures.path("schedulers").toString(), "--case", "["),
        "--case '['",
        "no glob");
  }

  @Test
  void namesFromFilesDoNotSteerTheTerminal() throws IOException {
    replace(model.resolve("model_index.json"), "WanPipeline", "Wan\\u001b[2JPipeline");
    assertRefused(generate(), "Wan\\u001b[2JPipeline");
  }

  @Test
  void refusesQuantizedWeights() throws IOException {
    replaceWeight("decoder.conv_out.bias", Tensor.zeros(DType.I8, 3));
    assertRefused(generate(), "decoder.conv_out.bias", "I8", "not supported: take the model in");
  }

  @Test
  void refusesADecoderThatMakesNoNumbers() throws IOException {
    replaceWeight(
        "decoder.conv_out.bias", Tensor.of(new float[] {Float.NaN, Float.NaN, Float.NaN}, 3));
    assertRefused(generate(), "decoder.conv_out.bias", "not finite");
  }

  private void replaceWeight(String name, Tensor weight) {
    Path file = model.resolve("vae/diffusion_pytorch_model.safetensors");
    try (SafetensorsFile weights = SafetensorsFile.open(file)) {
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      weights.names().forEach(stored -> tensors.put(stored, weights.tensor(stored).load()));
      tensors.put(name, weight);
      SafetensorsWriter.write(file, tensors, Map.of());
    }
  }

  private static void replace(Path file, String from, String to) throws IOException {
    String text = Files.readString(file);
    assertTrue(text.contains(from), file + " lacks " + from);
    Files.writeString(file, text.replace(from, to));
  }
}
