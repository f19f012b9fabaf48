package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.JsonConfig;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GenerationRequestTest {
  private final GenerationRequest empty = GenerationRequest.empty();

  @Test
  void changesMakeOtherRequests() {
    GenerationRequest request = empty.with(Setting.STEPS, 7).with(new ClipSize(64, 32, 5));
    assertEquals(7, request.get(Setting.STEPS));
    assertEquals(new ClipSize(64, 32, 5), request.size());
    assertEquals(9, request.with(Setting.STEPS, 9).get(Setting.STEPS));
    assertEquals(7, request.get(Setting.STEPS));
    assertEquals(Optional.empty(), empty.find(Setting.STEPS));
    assertTrue(
        assertThrows(IllegalStateException.class, () -> empty.get(Setting.STEPS))
            .getMessage()
            .contains("num_inference_steps"));
  }

  @Test
  void whatIsRecordedHasTheOrderOfTheSettings() {
    GenerationRequest request =
        empty
            .with(Setting.STEPS, 7)
            .with(Setting.SAVE_LATENTS, Path.of("latents.safetensors"))
            .with(Setting.FRAMES_PER_SECOND, 8)
            .with(Setting.PROMPT, "a ball");
    assertEquals(List.of(Setting.PROMPT, Setting.STEPS), List.copyOf(request.recorded().keySet()));
  }

  @Test
  void inputsAreAList() {
    Input.Noise noise = new Input.Noise(Tensor.zeros(DType.F32, 1, 1, 1, 1));
    GenerationRequest request = empty.with(noise);
    assertEquals(List.of(noise), request.inputs());
    assertEquals(Optional.of(noise), request.input(Input.Noise.class));
    assertEquals(Optional.empty(), request.input(Input.Clip.class));
    GenerationRequest twice = request.with(noise);
    assertEquals(
        "the request has initial noise 2 times: once is enough",
        assertThrows(PipelineException.class, () -> twice.input(Input.Noise.class)).getMessage());
  }

  @Test
  void guidanceAboveOneTakesTheNegativePrompt() {
    assertFalse(empty.with(Setting.GUIDANCE_SCALE, 1.0).isGuided());
    assertTrue(empty.with(Setting.GUIDANCE_SCALE, 1.01).isGuided());
  }

  @ParameterizedTest
  @CsvSource({
    "0, steps 0 is outside 1 to 1000",
    "1001, steps 1001 is outside 1 to 1000",
  })
  void saysWhatIsAllowed(int steps, String message) {
    assertEquals(
        message,
        assertThrows(PipelineException.class, () -> empty.with(Setting.STEPS, steps)).getMessage());
  }

  @Test
  void everyKindOfSettingSaysWhatIsAllowed() {
    assertThrows(PipelineException.class, () -> empty.with(Setting.WIDTH, -16));
    assertThrows(PipelineException.class, () -> empty.with(Setting.FLOW_SHIFT, 0.0));
    assertThrows(
        PipelineException.class,
        () -> empty.with(Setting.GUIDANCE_SCALE, Double.POSITIVE_INFINITY));
    String longest = "a".repeat(Setting.MAX_PROMPT_LENGTH);
    assertEquals(longest, empty.with(Setting.PROMPT, longest).get(Setting.PROMPT));
    assertEquals(
        "prompt has 100001 characters; at most 100000 are accepted",
        assertThrows(PipelineException.class, () -> empty.with(Setting.PROMPT, longest + "a"))
            .getMessage());
  }

  @Test
  void filesOfDefaultsHaveSettingsByTheirNames() {
    JsonConfig json =
        JsonConfig.parse("defaults", "{\"num_frames\": 17, \"guidance_scale\": 3.5, \"seed\": 4}");
    assertEquals(Optional.of(17), Setting.FRAMES.read(json));
    assertEquals(Optional.of(3.5), Setting.GUIDANCE_SCALE.read(json));
    assertEquals(Optional.empty(), Setting.STEPS.read(json));
    assertEquals(Optional.empty(), Setting.SEED.read(json), "a model has no seed");
  }
}
