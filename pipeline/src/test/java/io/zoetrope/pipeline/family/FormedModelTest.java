package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.VideoPipeline;
import io.zoetrope.encoding.Plain;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.pipeline.ClipSize;
import io.zoetrope.pipeline.GenerationRequest;
import io.zoetrope.pipeline.ModelPrecision;
import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.pipeline.Setting;
import io.zoetrope.pipeline.StageNeeds;
import io.zoetrope.pipeline.WeightRetention;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.weights.WeightForm;
import io.zoetrope.weights.WeightSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FormedModelTest {
  private final Backend device = BackendProvider.open("cpu", 2);

  @AfterEach
  void close() {
    device.close();
  }

  private static ModelSource model() {
    return ModelFolder.open(Fixtures.path("wan21-t2v-tiny"));
  }

  private record Made(byte[] frame, long weightBytes, List<String> notes) {}

  private Made clip(ModelSource model) {
    ModelPrecision precision = new ModelPrecision(DType.F32, DType.F32);
    try (VideoPipeline pipeline =
        VideoPipeline.open(model, device, precision, WeightRetention.RELEASE)) {
      GenerationRequest request =
          pipeline
              .request("a prompt")
              .with(new ClipSize(16, 16, 1))
              .with(Setting.STEPS, 2)
              .with(Setting.MAX_SEQUENCE_LENGTH, 8);
      byte[][] frames = new byte[1][];
      pipeline
          .generate(request, Progress.NONE)
          .frames()
          .forEach(frame -> frames[0] = frame.clone());
      long bytes =
          pipeline.needs(request).stages().stream()
              .filter(stage -> stage.stage() == Progress.Stage.DENOISE)
              .mapToLong(StageNeeds::weightBytes)
              .sum();
      return new Made(frames[0], bytes, pipeline.notes());
    }
  }

  /** Where weights are, and how many of them are packed, changes no clip. */
  @Test
  void storedWeightsMakeTheSameClip() {
    Made plain = clip(model());
    Made stored = clip(new FormedModel(model(), WeightForm.STORED));
    assertArrayEquals(plain.frame(), stored.frame());
    assertTrue(stored.weightBytes() < plain.weightBytes() / 2, stored + " of " + plain);
    long block;
    try (WeightSource weights = model().weights("transformer")) {
      block = BudgetedModel.blockBytes(weights, DType.F32) / 2;
    }
    Made half = clip(new BudgetedModel(model(), block, device, DType.F32));
    assertArrayEquals(plain.frame(), half.frame());
    assertTrue(half.weightBytes() < plain.weightBytes(), half + " of " + plain);
    assertTrue(half.weightBytes() > stored.weightBytes(), half + " of " + plain);
    Made whole = clip(new BudgetedModel(model(), 2 * block, device, DType.F32));
    assertEquals(plain.weightBytes(), whole.weightBytes());
  }

  /** Small weights are nothing to ask a machine for. */
  @Test
  void theMachineIsAskedForLargeModelsAlone() {
    ModelSource model =
        new BudgetedModel(
            model(),
            () -> {
              throw new IllegalStateException("asked");
            },
            device,
            DType.F32,
            _ -> {});
    assertEquals(clip(model()).weightBytes(), clip(model).weightBytes());
  }

  /** Without an option the memory that there is decides, however little, and it is said once. */
  @Test
  void aModelThatIsTooLargeForTheMachineIsReadAnew() {
    Made plain = clip(model());
    long blocks;
    try (WeightSource weights = model().weights("transformer")) {
      blocks = BudgetedModel.blockBytes(weights, DType.F32);
    }
    for (long room : new long[] {-1, blocks / 2, blocks}) {
      List<String> told = new ArrayList<>();
      Made made = clip(new BudgetedModel(model(), () -> room, device, DType.F32, told::add, 0));
      assertArrayEquals(plain.frame(), made.frame());
      assertEquals(room < blocks, made.weightBytes() < plain.weightBytes(), made::toString);
      assertEquals(room < blocks ? 1 : 0, told.size());
      assertTrue(told.stream().allMatch(line -> line.contains("blocks of")), told::toString);
    }
  }

  @Test
  void quantizedWeightsChangeTheClip() {
    byte[] plain = clip(model()).frame();
    for (WeightForm form : List.of(WeightForm.Q8_0, WeightForm.INT8, WeightForm.FP8)) {
      Made made = clip(new FormedModel(model(), form));
      int differences = 0;
      int most = 0;
      for (int i = 0; i < plain.length; i++) {
        int difference = Math.abs((plain[i] & 0xFF) - (made.frame()[i] & 0xFF));
        differences += difference == 0 ? 0 : 1;
        most = Math.max(most, difference);
      }
      assertTrue(differences > 0 && most < 40, form + ": " + differences + ", at most " + most);
      assertTrue(
          made.notes().getFirst().contains(form.name().toLowerCase()), made.notes()::toString);
    }
  }

  @Test
  void theChangeIsKnown() {
    Adaptation adaptation = new FormedModel(model(), WeightForm.INT8).adaptation();
    assertEquals("int8", adaptation.provenance().get("weights"));
    assertFalse(adaptation.identity().isBlank());
  }

  @Test
  void aBudgetHasRoomForABlock() {
    ModelSource small = new BudgetedModel(model(), 1000, device, DType.F32);
    String message = assertThrows(PipelineException.class, () -> clip(small)).getMessage();
    assertTrue(
        message.startsWith("a budget of 9.313e-07 GiB for weights has no room for"), message);
    assertEquals(1, message.lines().count());
  }

  @Test
  void whatIsNotInBlocksStays() {
    FormedModel model = new FormedModel(model(), WeightForm.Q8_0);
    try (WeightSource weights = model.weights("transformer");
        WeightSource vae = model.weights("vae")) {
      for (String name : weights.names()) {
        boolean plain = weights.tensor(name).encoding() instanceof Plain;
        boolean inBlock =
            name.matches("blocks\\.\\d+\\.(attn|ffn).*weight") && !name.contains("norm");
        assertEquals(!inBlock, plain, name);
      }
      for (String name : vae.names()) {
        assertTrue(vae.tensor(name).encoding() instanceof Plain, name);
      }
    }
  }
}
