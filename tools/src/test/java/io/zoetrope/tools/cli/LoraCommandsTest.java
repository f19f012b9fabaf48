package io.zoetrope.tools.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.media.Provenance;
import io.zoetrope.pipeline.Lora;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code --lora} and what {@code inspect} says of such a file. */
class LoraCommandsTest extends CommandTest {
  private static final Path PEFT = Fixtures.path("lora/lora/peft_f32.safetensors");

  private Lora parsed(String end) {
    return LoraArgument.parse(PEFT + end);
  }

  @Test
  void weightAndExpertStandBehindTheName() throws IOException {
    assertEquals(Lora.of(PEFT), parsed(""));
    assertEquals(Lora.of(PEFT).weighted(0.8), parsed(":0.8"));
    assertEquals(Lora.of(PEFT).weighted(-5e-1), parsed(":-5e-1"));
    assertEquals(Lora.of(PEFT).weighted(.5).on(Lora.Expert.HIGH_NOISE), parsed(":.5@high"));
    assertEquals(Lora.of(PEFT).weighted(2).on(Lora.Expert.LOW_NOISE), parsed("@LOW:2"));
    Path odd = folder.resolve("a:0.5@high");
    Files.copy(PEFT, odd);
    assertEquals(Lora.of(odd), LoraArgument.parse(odd.toString()));
    assertEquals(Optional.empty(), LoraArgument.parse(odd + ":1").expert());
    for (String end : List.of(":much", ":1:2", "@middle", ":", ":nan")) {
      String message = assertThrows(PipelineException.class, () -> parsed(end)).getMessage();
      assertTrue(message.contains("there is no file '"), message);
    }
  }

  @Test
  void filesAreAppliedAndTold() {
    assertEquals(0, generate("--lora", PEFT + ":0.5"), err.toString());
    assertTrue(
        err.toString()
            .contains("  LoRA peft_f32.safetensors: weight 0.5, rank 2, 72 of 72 tensors"),
        err.toString());
    List<?> loras = (List<?>) Provenance.read(folder.resolve("out.mp4")).entries().get("loras");
    assertEquals("peft_f32.safetensors", ((Map<?, ?>) loras.getFirst()).get("file"));
    assertEquals(0.5, ((Map<?, ?>) loras.getFirst()).get("weight"));
  }

  @Test
  void badFilesAreOneLine() {
    assertEquals(1, generate("--lora", "missing.safetensors"));
    assertEquals(1, generate("--lora", model.resolve("model_index.json").toString()));
    assertEquals(
        1, generate("--lora", model.resolve("vae/diffusion_pytorch_model.safetensors").toString()));
    assertEquals(1, run("generate", "a prompt", "--lora-partial", "--model", model.toString()));
    List<String> lines = err.toString().lines().toList();
    assertEquals(4, lines.size(), err.toString());
    assertTrue(lines.get(0).contains("there is no file 'missing.safetensors'"), lines.get(0));
    assertTrue(lines.get(1).contains("model_index.json: "), lines.get(1));
    assertTrue(lines.get(2).contains("is no LoRA: none of its "), lines.get(2));
    assertTrue(lines.get(3).contains("--lora-partial is of --lora"), lines.get(3));
  }

  @Test
  void inspectSaysWhatALoraIsFor() {
    Path kohya = Fixtures.path("lora/lora/kohya_mixed_f32.safetensors");
    assertEquals(0, run("inspect", kohya.toString()), err.toString());
    assertEquals(0, run("inspect", Fixtures.path("lora/lora/dora_f32.safetensors").toString()));
    String text = out.toString();
    for (String words :
        List.of(
            "LoRA for Wan of width 64, ranks 1 to 4",
            "pairs: .lora_down/up.weight",
            "scale: alpha / rank = 1.000, 2.000",
            "lora_unet_blocks_N_cross_attn_k",
            "its name shows nothing of few steps",
            "shows that it is a DoRA")) {
      assertTrue(text.contains(words), text);
    }
  }
}
