package io.zoetrope.tools.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.weights.SafetensorsFile;
import io.zoetrope.weights.SafetensorsWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
  private static final String BLOCK = "denoise/step%d/cond/transformer/blocks.%d/attn1";

  @TempDir private Path folder;

  private Comparison compared(Map<String, Tensor> a, Map<String, Tensor> b, String order) {
    Path first = folder.resolve("a.safetensors");
    Path second = folder.resolve("b.safetensors");
    SafetensorsWriter.write(first, a, order == null ? Map.of() : Map.of(Comparison.ORDER, order));
    SafetensorsWriter.write(second, b, Map.of());
    try (SafetensorsFile one = SafetensorsFile.open(first);
        SafetensorsFile other = SafetensorsFile.open(second)) {
      return Comparison.of(one, other, 1e-4);
    }
  }

  private static Tensor vector(float... values) {
    return Tensor.of(values, values.length);
  }

  private static Map<String, Tensor> run(int from, double change) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (int step : new int[] {0, 1, 10}) {
      for (int block : new int[] {0, 2, 10}) {
        boolean apart = step > 0 || block >= from;
        float value = (float) (apart ? 2 + change : 2);
        tensors.put(BLOCK.formatted(step, block), vector(1, value));
      }
    }
    return tensors;
  }

  @Test
  void theFirstInTheOrderOfTheJobIsNamed() {
    Comparison comparison = compared(run(10, 0), run(2, 1e-3), null);
    assertEquals(BLOCK.formatted(0, 2), comparison.parting().orElseThrow().name());
    assertEquals(
        List.of(BLOCK.formatted(0, 0), BLOCK.formatted(0, 2), BLOCK.formatted(0, 10)),
        comparison.tensors().stream().limit(3).map(TensorDifference::name).toList());
    StringWriter text = new StringWriter();
    ComparisonText.write(comparison, new PrintWriter(text, true));
    assertTrue(
        text.toString().contains("denoise, step 0                     3        2"), text::toString);
    assertTrue(text.toString().contains("block 10, all steps"), text::toString);
    String page = ComparisonPage.of(comparison);
    assertTrue(page.contains("they part at " + BLOCK.formatted(0, 2)), page);
    assertTrue(page.contains("<td>0</td>") && page.contains("hsl(14"), page);
  }

  /** The order in which they were made, where the file says it. */
  @Test
  void theOrderOfTheFileGoesFirst() {
    Map<String, Tensor> a = Map.of("x", vector(1), "y", vector(1));
    Map<String, Tensor> b = Map.of("x", vector(2), "y", vector(2));
    assertEquals("x", compared(a, b, null).parting().orElseThrow().name());
    assertEquals("y", compared(a, b, "y\nx\n").parting().orElseThrow().name());
  }

  @Test
  void numbersAreThoseOfTheDefinition() {
    Map<String, Tensor> a = Map.of("x", vector(3, 4, Float.NaN));
    Map<String, Tensor> b = Map.of("x", vector(3, 3, Float.NaN));
    TensorDifference difference = compared(a, b, null).tensors().getFirst();
    assertEquals(1, difference.largest());
    assertEquals(0.2, difference.relative(), 1e-12);
    assertEquals(21 / (5 * Math.sqrt(18)), difference.cosine(), 1e-12);
    b = Map.of("x", vector(3, 4, 0));
    assertEquals(Double.POSITIVE_INFINITY, compared(a, b, null).tensors().getFirst().largest());
  }

  @Test
  void eachStepOfTheLatentsCounts() {
    Map<String, Tensor> a =
        Map.of(
            "latents_after_step", Tensor.of(new float[] {1, 2, 3, 4}, 2, 2),
            "frames_uint8", vector(0, 255));
    Map<String, Tensor> b =
        Map.of(
            "latents_after_step", Tensor.of(new float[] {1, 2, 3, 5}, 2, 2),
            "frames_uint8", vector(0, 254));
    Comparison comparison = compared(a, b, null);
    assertEquals("latents_after_step/step1", comparison.parting().orElseThrow().name());
    assertEquals(
        10 * Math.log10(255 * 255 * 2), comparison.tensors().getLast().psnr().orElseThrow(), 1e-9);
  }

  @Test
  void otherShapesPart() {
    Comparison comparison =
        compared(Map.of("sigmas", vector(1, 0)), Map.of("sigmas", vector(1, 1, 0)), null);
    assertTrue(ComparisonText.verdict(comparison).endsWith("shapes [2] and [3]"));
  }

  @Test
  void filesWithNothingInCommonAreRefused() {
    PipelineException e =
        assertThrows(
            PipelineException.class,
            () -> compared(Map.of("x", vector(1)), Map.of("y", vector(1)), null));
    assertTrue(e.getMessage().contains("no tensor in common: the first has 'x'"), e.getMessage());
  }

  @Test
  void namesTellThePlace() {
    TensorPlace place = TensorPlace.of("denoise/step12/uncond/transformer/vace_blocks.3/proj_out");
    assertEquals(new TensorPlace("denoise", OptionalInt.of(12), OptionalInt.of(3)), place);
    assertEquals("text", TensorPlace.of("prompt_embeds").stage());
    assertEquals(OptionalInt.of(1), TensorPlace.of("text/prompt/block1/SelfAttention").block());
  }
}
