package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands write. */
class CommandLineTest extends CommandTest {
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

  /** Lines that fit a terminal name the kernels; what better ones need is for those who ask. */
  @Test
  void saysWhatComputes() {
    String[] job = {
      "generate",
      "a prompt",
      "--model",
      model.toString(),
      "--size",
      "16x16",
      "--frames",
      "1",
      "--steps",
      "1",
      "-o",
      folder.resolve("out.gif").toString()
    };
    assertEquals(0, run(job), err.toString());
    assertTrue(err.toString().contains("f32: 16x16, 1 frame, 1 step, seed 42"), err.toString());
    try (Backend backend = BackendProvider.open("cpu", 0)) {
      assertTrue(err.toString().contains("on " + backend.name()), err.toString());
      assertTrue(err.toString().lines().limit(2).allMatch(line -> line.length() <= 100));
      boolean limited = backend.limit().isPresent();
      assertFalse(limited && err.toString().contains(backend.limit().orElseThrow()));
      String[] verbose = Arrays.copyOf(job, job.length + 1);
      verbose[job.length] = "--verbose";
      assertEquals(0, run(verbose), err.toString());
      assertEquals(limited, limited && err.toString().contains(backend.limit().orElseThrow()));
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

  /** One of the C1 characters begins a sequence that steers terminals, as ESC does. */
  @Test
  void infoShowsWhatSteersATerminalAsAnEscape() {
    MediaWriter writer = MediaWriter.open(folder.resolve("frames.png-folder").toString());
    writer.write(
        new VideoFrames(1, 1, 1, new byte[3]), 8, Provenance.of(Map.of("prompt", "\u009b2Jx")));
    assertEquals(0, run("info", writer.target().resolve("00000.png").toString()), err.toString());
    assertTrue(out.toString().contains("\"prompt\" : \"\\u009b2Jx\""), out.toString());
  }

  @Test
  void inspectsFoldersAndFiles() {
    assertEquals(0, run("inspect", model.toString(), "--size", "32x32", "--frames", "5"));
    assertTrue(out.toString().contains("187,488"), out.toString());
    assertTrue(out.toString().contains("TFLOP"), out.toString());
    assertTrue(out.toString().contains("peak memory: "), out.toString());
    assertTrue(
        out.toString().contains("matrix work reads, f32 in the autoencoder, else f32;"),
        out.toString());
    assertEquals(
        0,
        run(
            "inspect",
            model.resolve("vae/diffusion_pytorch_model.safetensors").toString(),
            "--tensors"));
    assertTrue(out.toString().contains("decoder.conv_in.weight"), out.toString());
    assertFalse(out.toString().contains("Exception"));
  }

  @Test
  void inspectsForADevice() {
    String[] inspect = {
      "inspect", model.toString(), "--size", "64x64", "--frames", "5", "--device"
    };
    assertEquals(0, run(with(inspect, "reference")), err.toString());
    assertTrue(out.toString().contains("what reference makes of those"), out.toString());
    assertEquals(1, run(with(inspect, "cuda-emulated")));
    assertTrue(err.toString().contains("has memory of its own"), err.toString());
  }

  private static String[] with(String[] arguments, String last) {
    return Stream.concat(Arrays.stream(arguments), Stream.of(last)).toArray(String[]::new);
  }

  @Test
  void showsItsUsageWithoutACommand() {
    assertEquals(2, run());
    assertTrue(err.toString().startsWith("Usage: zoetrope"), err.toString());
    assertEquals("", out.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"generate", "profile", "bench", "parity", "inspect", "info"})
  void everyCommandKnowsItsHelpAndVersion(String command) {
    assertEquals(0, run(command, "--help"));
    assertTrue(out.toString().startsWith("Usage: zoetrope " + command), out.toString());
    out.getBuffer().setLength(0);
    assertEquals(0, run(command, "--version"));
    assertTrue(out.toString().startsWith("Zoetrope "), out.toString());
  }
}
