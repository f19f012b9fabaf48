package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What of a job is seen and kept while it runs, and what is made of it afterwards. */
class KeepCommandsTest extends CommandTest {
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  private String file(String name) {
    return folder.resolve(name).toString();
  }

  /** Runs with what stops a job waiting for the first checkpoint. */
  private int stopped(String... more) throws InterruptedException {
    Thread job = Thread.currentThread();
    Path checkpoint = folder.resolve("state.st");
    Thread signal =
        Thread.startVirtualThread(() -> {
          while (!Files.exists(checkpoint) && !Thread.currentThread().isInterrupted()) {
            Thread.onSpinWait();
          }
          job.interrupt();
        });
    try {
      return generate(more);
    } finally {
      signal.interrupt();
      signal.join();
      Thread.interrupted();
    }
  }

  /** The command that it prints is the one that goes on, with the seed that was drawn. */
  @Test
  void aStoppedJobSaysHowItGoesOn() throws IOException, InterruptedException {
    String state = file("state.st");
    int code =
        stopped(
            "--size",
            "16x16",
            "--frames",
            "1",
            "--steps",
            "300",
            "--guidance",
            "1",
            "--seed",
            "random",
            "--negative-prompt",
            "it's grey",
            "--checkpoint",
            state,
            "--checkpoint-every",
            "10");
    assertEquals(130, code, err.toString());
    List<String> lines = err.toString().lines().toList();
    assertEquals("zoetrope: stopped", lines.getLast());
    String command = lines.get(lines.size() - 2).strip();
    assertTrue(lines.get(lines.size() - 3).matches("kept the state behind step \\d+ in .*"));
    assertTrue(
        command.startsWith("zoetrope generate 'a prompt' --model ")
            && command.contains("--negative-prompt 'it'\\''s grey'")
            && command.endsWith(" --resume " + state),
        command);
    List<String> words = new ArrayList<>();
    WORD.matcher(command.replace("'it'\\''s grey'", "its-grey"))
        .results()
        .forEach(word -> words.add(word.group(1) == null ? word.group(2) : word.group(1)));
    words.replaceAll(word -> word.equals("its-grey") ? "it's grey" : word);
    err.getBuffer().setLength(0);
    assertEquals(0, run(words.subList(1, words.size()).toArray(String[]::new)), err.toString());
    assertTrue(err.toString().contains("goes on behind step "), err.toString());
    byte[] resumed = Files.readAllBytes(folder.resolve("out.mp4"));
    words.subList(words.size() - 2, words.size()).clear();
    assertEquals(0, run(words.subList(1, words.size()).toArray(String[]::new)), err.toString());
    assertArrayEquals(Files.readAllBytes(folder.resolve("out.mp4")), resumed);
  }

  /** The same file to the byte, provenance included, in the job's own number format and tiles. */
  @ParameterizedTest
  @CsvSource({"f32, --verbose", "bf16, --vae-tiling"})
  void decodesToTheClipOfTheJob(String dtype, String flag) throws IOException {
    String latents = file("latents.st");
    assertEquals(
        0,
        run(
            "generate",
            "a prompt",
            "--model",
            model.toString(),
            "--size",
            "32x32",
            "--frames",
            "5",
            "--steps",
            "1",
            "--vae-dtype",
            dtype,
            flag,
            "--save-latents",
            latents,
            "-o",
            file("out.mp4")),
        err.toString());
    String[] decode = {"decode", latents, "--model", model.toString(), "-o", file("again.mp4")};
    assertEquals(0, run(decode), err.toString());
    assertArrayEquals(
        Files.readAllBytes(folder.resolve("out.mp4")),
        Files.readAllBytes(folder.resolve("again.mp4")));
  }

  @Test
  void decodesLatentsOfOtherPrograms() {
    String latents = file("latents.st");
    SafetensorsWriter.write(
        Path.of(latents), Map.of("latents", Tensor.zeros(DType.BF16, 16, 1, 4, 6)), Map.of());
    assertEquals(
        0,
        run("decode", latents, "--model", model.toString(), "-o", file("out.gif")),
        err.toString());
    assertEquals(0, run("info", file("out.gif")), err.toString());
    assertTrue(out.toString().contains("\"latents\" : \"given\""), out.toString());
    assertTrue(out.toString().contains("\"width\" : 48"), out.toString());
  }

  @Test
  void refusesWhatItCannotDecode() throws IOException {
    String latents = file("latents.st");
    assertRefused("no such file", latents);
    SafetensorsWriter.write(
        Path.of(latents), Map.of("noise", Tensor.zeros(DType.F32, 16, 1, 4, 4)), Map.of());
    assertRefused("has no 'latents'; it has [noise]", latents);
    SafetensorsWriter.write(
        Path.of(latents), Map.of("latents", Tensor.zeros(DType.F32, 48, 1, 4, 4)), Map.of());
    assertRefused("latents of 48 channels; this model's have 16", latents);
    SafetensorsWriter.write(
        Path.of(latents), Map.of("latents", Tensor.zeros(DType.F32, 16, 4)), Map.of());
    assertRefused("latents of shape [16, 4] are not", latents);
    SafetensorsWriter.write(
        Path.of(latents), Map.of("latents", Tensor.zeros(DType.I32, 16, 1, 4, 4)), Map.of());
    assertRefused("floating-point numbers are needed", latents);
    assertEquals(0, generate("--checkpoint", file("state.st")), err.toString());
    err.getBuffer().setLength(0);
    assertRefused("go on with --resume", file("state.st"));

    // Latents of another autoencoder of the same shape
    assertEquals(0, generate("--save-latents", latents), err.toString());
    err.getBuffer().setLength(0);
    Path weights = model.resolve("vae/diffusion_pytorch_model.safetensors");
    try (SafetensorsFile stored = SafetensorsFile.open(weights)) {
      Map<String, Tensor> other = new HashMap<>();
      stored.names().forEach(name -> other.put(name, stored.tensor(name).load()));
      other.replaceAll((_, tensor) -> Tensor.zeros(tensor.dtype(), tensor.shape().sizes()));
      SafetensorsWriter.write(weights, other, Map.of());
    }
    assertRefused("whose video autoencoder is another than that of", latents);
    assertFalse(Files.exists(folder.resolve("refused.mp4")));
  }

  private void assertRefused(String part, String latents) {
    assertEquals(1, run("decode", latents, "--model", model.toString(), "-o", file("refused.mp4")));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
    err.getBuffer().setLength(0);
  }

  @Test
  void showsWhatTheClipIsGoingToBe() throws IOException {
    assertEquals(
        0,
        generate("--steps", "2", "--preview", file("preview.png"), "--preview-every", "2"),
        err.toString());
    var sheet = ImageIO.read(folder.resolve("preview.png").toFile());
    assertEquals(5 * 34 - 2, sheet.getWidth());
    assertEquals(32, sheet.getHeight());
    assertEquals(0, run("info", file("preview.png")), err.toString());
    assertTrue(out.toString().contains("\"preview_of_step\" : 2"), out.toString());
    assertTrue(out.toString().contains("trainedAlgorithmicMedia"), out.toString());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          --preview          | x.mp4       | a preview is a .gif, or a .png
          --preview          | no/such/x.gif | folder
          --preview-every    | 2           | --preview-every is of --preview, which is not given
          --checkpoint       | no/such/x.st | folder
          --checkpoint-every | 2           | --checkpoint-every is of --checkpoint
          --resume           | nothing.st  | no such file
          """)
  void refusesAWrongOption(String option, String value, String part) {
    assertEquals(1, generate(option, value));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertTrue(err.toString().contains(part), err.toString());
    assertFalse(Files.exists(folder.resolve("out.mp4")));
  }

  @Test
  void refusesOutputsInTheSamePlace() {
    assertEquals(1, generate("--checkpoint", file("a.st"), "--save-latents", file("a.st")));
    assertTrue(err.toString().contains("over another output"), err.toString());
  }
}
