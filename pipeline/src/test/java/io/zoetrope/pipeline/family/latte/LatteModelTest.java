package io.zoetrope.pipeline.family.latte;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.dit.scheduler.config.Schedulers;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.family.Family;
import io.zoetrope.pipeline.family.FamilyModel;
import io.zoetrope.pipeline.family.ModelFolder;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.testing.Fixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LatteModelTest {
  private final FamilyModel model =
      Family.open(
          ModelFolder.open(Fixtures.path("latte-tiny")), new ModelPrecision(DType.F32, DType.F32));

  @Test
  void defaultsAreThoseOfThePipeline() {
    GenerationRequest defaults = model.defaults();
    assertEquals(new ClipSize(64, 64, 4), defaults.size());
    assertEquals(50, defaults.get(Setting.STEPS));
    assertEquals(7.5, defaults.get(Setting.GUIDANCE_SCALE));
    assertEquals(120, defaults.get(Setting.MAX_SEQUENCE_LENGTH));
    assertEquals(Shape.of(4, 4, 8, 8), model.geometry().latents(defaults.size()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "40|32|4|nearest: 48x32",
        "32|32|5|frames 5: 5 patches in time, the model knows 4 positions: use at most 4"
      })
  void sizesThatItDoesNotMake(int width, int height, int frames, String message) {
    ClipSize size = new ClipSize(width, height, frames);
    PipelineException e = assertThrows(PipelineException.class, () -> model.geometry().check(size));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }

  @Test
  void promptsAreInLowerCaseWithoutBlanksAround() {
    assertEquals("a  cat", model.text().cleaning().apply("\u00a0A  Cat \n"));
    assertThrows(PipelineException.class, () -> model.text().check(121));
  }

  @Test
  void captionsAreCleanedByDefault() {
    GenerationRequest request = model.defaults().with(Setting.PROMPT, "A Cat #12, cat.png");
    assertEquals("a cat", model.prompt(request, Setting.PROMPT));
    GenerationRequest plain = request.with(Setting.CLEAN_CAPTION, false);
    assertEquals("A Cat #12, cat.png", model.prompt(plain, Setting.PROMPT));
  }

  @Test
  void schedulersForNoiseAtDiscreteTimestepsCanStandIn() {
    GenerationRequest euler =
        model.defaults().with(Setting.SCHEDULER, Schedulers.ofOption("euler-discrete"));
    assertEquals("EulerDiscreteScheduler", model.scheduler(euler).kind().className());
    GenerationRequest flow = model.defaults().with(Setting.SCHEDULER, Schedulers.ofOption("unipc"));
    assertThrows(ConfigException.class, () -> model.scheduler(flow));
    GenerationRequest shifted = model.defaults().with(Setting.FLOW_SHIFT, 3.0);
    assertThrows(ConfigException.class, () -> model.scheduler(shifted));
  }
}
