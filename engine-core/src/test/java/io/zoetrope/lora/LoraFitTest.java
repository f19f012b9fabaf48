package io.zoetrope.lora;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.testing.Difference;
import io.zoetrope.testing.Fixtures;
import io.zoetrope.testing.Golden;
import io.zoetrope.weights.WeightSource;
import io.zoetrope.weights.WeightsException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** LoRA files of every spelling, held against a small transformer of Wan. */
class LoraFitTest {
  private static WeightSource model;

  @BeforeAll
  static void open() {
    model = SmallModel.open();
  }

  @AfterAll
  static void close() {
    model.close();
  }

  private static Path file(String name) {
    return SmallModel.lora(name);
  }

  private static LoraFit fit(LoraFile file, double weight) {
    return SmallModel.fit(file, model, weight);
  }

  private static float[] floats(StoredTensor tensor) {
    float[] values = new float[Math.toIntExact(tensor.count())];
    tensor.read(0, values, 0, values.length);
    return values;
  }

  @ParameterizedTest
  @CsvSource({
    "peft_f32, 72, 2 2",
    "peft_mixed_ranks_bf16, 60, 1 4",
    "peft_one_block_f16, 6, 1 1",
    "peft_header_alpha, 60, 2 2",
    "wan_alpha_f16, 90, 2 2",
    "wan_alpha_3_bf16, 90, 4 4",
    "wan_alpha_varies_f32, 90, 1 4",
    "wan_ab_bf16, 72, 2 2",
    "wan_diff_b_f32, 120, 2 2",
    "lightx2v_without_norms_f32, 137, 2 2",
    "lightx2v_f32, 161, 2 2",
    "modulation_diff_f32, 93, 2 2",
    "kohya_alpha_bf16, 90, 2 2",
    "kohya_mixed_f32, 90, 1 4",
    "kohya_no_ffn_f16, 72, 2 2",
    "kohya_no_alpha_f32, 60, 2 2",
    "videox_fun_double_underscore_f32, 90, 2 2",
    "plain_wan_names_f32, 60, 2 2",
    "diffsynth_default_f32, 60, 2 2",
    "peft_save_pretrained_f32, 60, 2 2",
    "peft_without_prefix_f32, 60, 2 2",
    "wan_outer_alpha_f32, 108, 2 2",
    "wan_no_blocks_f32, 2, 2 2",
    "diff_b_for_one_layer, 31, 2 2",
  })
  void allOfAFileFits(String name, int tensors, String ranks) {
    try (LoraFile file = LoraFile.open(file(name))) {
      LoraFit fit = fit(file, 1);
      assertEquals(List.of(), fit.homeless());
      assertEquals(List.of(), fit.misshapen());
      assertEquals(tensors, fit.fitting());
      assertEquals(tensors, file.tensors());
      long[] found = file.ranks();
      assertEquals(ranks, found[0] + " " + found[found.length - 1]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "partial_peft, 60, 20, 0",
    "partial_wan, 90, 30, 0",
    "i2v_lora_for_t2v_model, 20, 4, 0",
    "wrong_shape_in, 18, 0, 1",
    "wrong_shape_out, 18, 0, 1",
    "nomatch_peft_names, 0, 2, 0",
    "nomatch_unet_prefix, 0, 2, 0",
    "nomatch_wan_names, 0, 2, 0",
  })
  void whatHasNoPlaceIsNamed(String name, int fitting, int homeless, int misshapen) {
    try (LoraFile file = LoraFile.open(file(name))) {
      LoraFit fit = fit(file, 1);
      assertEquals(
          List.of(fitting, homeless, misshapen),
          List.of(fit.fitting(), fit.homeless().size(), fit.misshapen().size()));
      assertFalse(fit.isWhole());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "empty | holds no tensors",
        "dora_f32 | '.dora_scale' shows that it is a DoRA",
        "lokr_f32 | '.lokr_w1' shows that it is a LoKr",
        "missing_up | 'diffusion_model.blocks.0.self_attn.q.lora_down.weight' has no second factor",
        "missing_up_without_alpha | 'diffusion_model.blocks.0.self_attn.q.lora_A.weight' has no second",
        "wrong_shape_rank | lora_up.weight' [64, 3] are no pair",
      })
  void whatIsNoWholeLoraIsRefused(String name, String words) {
    String message =
        assertThrows(WeightsException.class, () -> LoraFile.open(file(name))).getMessage();
    assertTrue(message.startsWith(file(name) + ": "), message);
    assertTrue(message.replaceAll("'diff[^']*(\\.dora|\\.lokr)", "'$1").contains(words), message);
  }

  @Test
  void deltasAreThoseOfDiffusers() {
    try (Golden golden = Golden.open(Fixtures.path("lora"))) {
      int compared = 0;
      for (String name : golden.names()) {
        int slash = name.indexOf("@1/delta/");
        if (slash < 0) {
          continue;
        }
        LoraFile file = LoraFile.open(file(name.substring(0, slash)));
        String weight = name.substring(slash + "@1/delta/".length());
        float[] expected = golden.stored(name).toFloats();
        float[] delta = new float[expected.length];
        fit(file, 1).changes().get(weight).forEach(change -> change.apply(0, delta.length, delta));
        Difference difference = Difference.of(name, expected, delta);
        // Diffusers multiplies alpha / rank into factors in bfloat16.
        double tolerance = name.startsWith("wan_alpha_3_bf16") ? 6e-3 : 3e-7;
        Golden.assertWithin(name, difference.maxAbs(), tolerance * difference.largest());
        compared++;
        file.close();
      }
      assertEquals(8, compared);
    }
  }

  @Test
  void weightsAreChangedInTurnWhateverPieceIsRead() {
    String changed = "blocks.2.ffn.net.2.weight";
    List<LoraFile> files =
        IntStream.range(0, 2)
            .mapToObj(i -> LoraFile.open(file(i == 0 ? "kohya_mixed_f32" : "lightx2v_f32")))
            .toList();
    float[] before = floats(model.tensor(changed));
    List<LoraFit> fits = List.of(fit(files.get(0), -0.5), fit(files.get(1), 2));
    WeightSource adapted = new Adapted(SmallModel.open(), fits);
    StoredTensor tensor = adapted.tensor(changed);
    float[] all = floats(tensor);
    float[] expected = before.clone();
    fits.forEach(
        fit -> fit.changes().get(changed).forEach(c -> c.apply(0, expected.length, expected)));
    assertArrayEquals(expected, all);
    assertEquals(DType.F32, tensor.used(DType.F32));
    assertEquals(DType.BF16, tensor.used(DType.BF16));
    for (int first : new int[] {0, 1, 95, 96, 97, 1000}) {
      float[] piece = new float[131];
      tensor.read(first, piece, 0, piece.length);
      for (int i = 0; i < piece.length; i++) {
        assertEquals(all[first + i], piece[i]);
      }
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(all.length * 4L);
      tensor.read(0, DType.F32, memory);
      assertEquals(-1, memory.mismatch(MemorySegment.ofArray(all)));
    }
    assertEquals(model.names(), adapted.names());
    assertTrue(adapted.byteSize() > model.byteSize());
    assertEquals(2 * 4 * 4 * (64 + 64) + 2 * 4 * 2 * (64 + 6 * 64), adapted.readingBytes());
    adapted.close();
    assertFalse(tensor.lifetime().isOpen());
  }

  @Test
  void weightZeroChangesNothing() {
    try (LoraFile file = LoraFile.open(file("peft_f32"))) {
      LoraFit fit = fit(file, 0);
      assertEquals(72, fit.fitting());
      assertTrue(fit.changes().isEmpty());
    }
  }
}
