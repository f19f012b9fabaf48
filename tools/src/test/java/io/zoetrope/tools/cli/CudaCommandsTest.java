package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.SafetensorsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What commands write on a card, on the emulator: every access is checked, and host memory is none
 * of the device's. {@link DocumentedCommands} run all of them.
 */
class CudaCommandsTest extends CommandTest {
  private static final String DEVICE = "cuda-emulated";

  private int onDevice(String command, String... options) {
    List<String> args =
        new ArrayList<>(
            List.of(
                command,
                "a prompt",
                "--model",
                model.toString(),
                "--device",
                DEVICE,
                "--size",
                "16x16",
                "--frames",
                "1",
                "--steps",
                "1"));
    args.addAll(List.of(options));
    return run(args.toArray(String[]::new));
  }

  @Test
  void generatesAndSavesTensors() throws IOException {
    Path tensors = folder.resolve("tensors.safetensors");
    Path latents = folder.resolve("latents.safetensors");
    Path clip = folder.resolve("out.gif");
    assertEquals(
        0,
        onDevice(
            "generate",
            "--save-tensors",
            tensors.toString(),
            "--save-latents",
            latents.toString(),
            "-o",
            clip.toString()),
        err.toString());
    try (SafetensorsFile file = SafetensorsFile.open(tensors)) {
      assertEquals(
          Set.of(
              "prompt_embeds",
              "negative_prompt_embeds",
              "initial_latents",
              "sigmas",
              "timesteps",
              "latents_after_step",
              "frames_uint8"),
          file.names());
      assertEquals(512, file.tensor("prompt_embeds").shape().size(1));
    }
    assertTrue(Files.size(latents) > 0 && Files.size(clip) > 0);
  }

  @Test
  void generatesFromLatentsInHalfPrecision() throws IOException {
    Path latents = folder.resolve("latents.safetensors");
    Path clip = folder.resolve("out.gif");
    assertEquals(
        0,
        onDevice("generate", "--save-latents", latents.toString(), "-o", clip.toString()),
        err.toString());
    assertEquals(
        0,
        onDevice(
            "generate",
            "--latents",
            latents.toString(),
            "--guidance",
            "1",
            "--dtype",
            DType.BF16.name(),
            "--vae-dtype",
            DType.BF16.name(),
            "-o",
            clip.toString()),
        err.toString());
  }

  /** Whole pipelines, from text and from a clip, stage by stage beside diffusers. */
  @ParameterizedTest
  @ValueSource(strings = {"t2v_7f", "v2v_7f"})
  void comparesWholePipelines(String name) {
    assertEquals(
        0,
        run(
            "parity",
            Fixtures.path("wan21-t2v-variants-tiny").toString(),
            "--device",
            DEVICE,
            "--case",
            name),
        out.toString() + err);
  }
}
