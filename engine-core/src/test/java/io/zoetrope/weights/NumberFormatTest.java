package io.zoetrope.weights;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.encoding.Plain;
import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.testing.Fixtures;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumberFormatTest {
  private static StoredTensor tensor(float... values) {
    return StoredTensor.of("a", Tensor.of(values, values.length));
  }

  private static float[] rounded(NumberFormat format, float... values) {
    return format.of(tensor(values)).in(DType.F32).toFloats();
  }

  private static byte[] bytes(StoredTensor tensor) {
    byte[] bytes = new byte[(int) tensor.byteSize()];
    tensor.bytes().read(0, MemorySegment.ofArray(bytes));
    return bytes;
  }

  /** Every number of the format, and what lies between neighbours: halves go to the even one. */
  @Test
  void eightBitsRoundToTheNearest() {
    byte[] codes = new byte[0x7F];
    for (int code = 0; code < codes.length; code++) {
      codes[code] = (byte) code;
    }
    Tensor numbers = Tensor.zeros(DType.F8_E4M3, codes.length);
    MemorySegment.copy(MemorySegment.ofArray(codes), 0, numbers.segment(), 0, codes.length);
    float[] all = numbers.toFloats();
    assertEquals(448, all[0x7E]);
    for (int code = 0; code < 0x7E; code++) {
      float low = all[code];
      float high = all[code + 1];
      float half = (low + high) / 2;
      float even = code % 2 == 0 ? low : high;
      assertArrayEquals(
          new float[] {low, low, even, high, -low, -even},
          rounded(
              NumberFormat.F8_E4M3, low, Math.nextDown(half), half, Math.nextUp(half), -low, -half),
          "code " + code);
    }
    assertArrayEquals(
        new float[] {448, 448, -448, 448, Float.NaN, 0},
        rounded(
            NumberFormat.F8_E4M3,
            447,
            1e30f,
            -465,
            Float.POSITIVE_INFINITY,
            Float.NaN,
            Float.MIN_VALUE));
  }

  /** Byte by byte what ggml's package has made of the same weights. */
  @ParameterizedTest
  @CsvSource({
    "shared.weight, token_embd.weight",
    "encoder.block.0.layer.0.SelfAttention.q.weight, enc.blk.0.attn_q.weight",
    "encoder.block.1.layer.1.DenseReluDense.wo.weight, enc.blk.1.ffn_down.weight"
  })
  void blocksAreThoseOfGgml(String name, String ggufName) {
    try (WeightSource source =
            WeightSource.open(Fixtures.path("gguf/base/text_encoder/model.safetensors"));
        WeightSource gguf = WeightSource.open(Fixtures.path("gguf/files/umt5_q8_0.gguf"))) {
      StoredTensor blocks = NumberFormat.Q8_0.of(source.tensor(name));
      assertEquals(gguf.tensor(ggufName).encoding(), blocks.encoding());
      assertArrayEquals(bytes(gguf.tensor(ggufName)), bytes(blocks));
    }
  }

  /** Rounding at the half, and blocks of which the scale is too small for a number. */
  @Test
  void blocksRoundAwayFromZero() {
    float[] values = new float[96];
    values[0] = 127;
    values[1] = 0.5f;
    values[2] = -2.5f;
    values[3] = 0.49999997f;
    values[33] = 1e-40f;
    values[65] = -3e-38f;
    float[] expected = values.clone();
    expected[1] = 1;
    expected[2] = -3;
    expected[3] = 0;
    expected[33] = 0;
    expected[65] = 0;
    assertArrayEquals(expected, withoutSigns(rounded(NumberFormat.Q8_0, values)));
  }

  private static float[] withoutSigns(float[] values) {
    for (int i = 0; i < values.length; i++) {
      values[i] += 0f;
    }
    return values;
  }

  @ParameterizedTest
  @CsvSource({"F16, 65520", "F16, -1e5", "BF16, 3.4e38", "Q8_0, 9e6", "Q8_0, NaN"})
  void numbersBeyondAFormatAreRefused(NumberFormat format, float value) {
    float[] values = new float[64];
    values[40] = value;
    String message =
        assertThrows(WeightsException.class, () -> rounded(format, values)).getMessage();
    assertEquals(
        "tensor F32 [64] 'a' holds %s, which %s cannot hold: choose another type"
            .formatted(value, format),
        message);
  }

  @Test
  void formatsHoldWholeRows() {
    assertTrue(NumberFormat.F16.holdsRows(33));
    assertTrue(NumberFormat.Q8_0.holdsRows(64));
    assertFalse(NumberFormat.Q8_0.holdsRows(33));
    StoredTensor same = tensor(1, 2);
    assertSame(same, NumberFormat.F32.of(same));
  }

  /** Wherever a reader begins and ends, also in the middle of a block. */
  @Test
  void anyBytesAreReadAlone() {
    Random random = new Random(3);
    float[] values = new float[3 << 14];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (NumberFormat format : NumberFormat.values()) {
      StoredTensor matrix = tensor(values).withShape(Shape.of(192, 256)).withName("a.weight");
      StoredTensor written = format.tensors(matrix).getFirst();
      byte[] all = bytes(written);
      for (int i = 0; i < 20; i++) {
        int from = random.nextInt(all.length);
        byte[] part = new byte[random.nextInt(Math.min(all.length - from, 40_000) + 1)];
        written.bytes().read(from, MemorySegment.ofArray(part));
        assertEquals(
            -1,
            MemorySegment.mismatch(
                MemorySegment.ofArray(all),
                from,
                from + part.length,
                MemorySegment.ofArray(part),
                0,
                part.length));
      }
    }
  }

  @Test
  void halvesAreThoseOfTheTensor() {
    Tensor expected = tensor(1 / 3f, -7, 65504).in(DType.BF16);
    StoredTensor written = NumberFormat.BF16.of(tensor(1 / 3f, -7, 65504));
    assertEquals(new Plain(DType.BF16), written.encoding());
    assertArrayEquals(expected.segment().toArray(ValueLayout.JAVA_BYTE), bytes(written));
  }
}
