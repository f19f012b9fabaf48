package io.zoetrope.encoding;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredTensorTest {
  /** Several pieces, and several tasks of them. */
  private static final int MANY = 3 * (1 << 16) + 7 * 32;

  @ParameterizedTest
  @CsvSource({
    "F64, F32, BF16",
    "F32, F32, BF16",
    "F16, F32, BF16",
    "BF16, BF16, BF16",
    "F8_E4M3, BF16, BF16",
    "F8_E5M2, BF16, BF16"
  })
  void whatADtypeBecomes(DType stored, DType unrounded, DType rounded) {
    Encoding plain = new Plain(stored);
    assertEquals(unrounded, plain.used(DType.F32));
    assertEquals(rounded, plain.used(DType.BF16));
    assertTrue(plain.holdsNumbers());
    assertThrows(IllegalArgumentException.class, () -> plain.used(DType.F16));
  }

  @Test
  void codesAreNoNumbers() {
    assertFalse(new Plain(DType.I8).holdsNumbers());
    Encoding complex = new Plain(DType.C64);
    assertThrows(IllegalArgumentException.class, () -> complex.used(DType.F32));
    assertEquals(3, new Plain(DType.F6_E2M3).bytes(4));
  }

  /** Every part of a tensor, aligned to blocks and pieces or not, is the same part of the whole. */
  @ParameterizedTest
  @CsvSource({"0, 1", "31, 1", "32, 32", "5, 70", "16380, 40", "1, 196831", "0, 196832"})
  void partsAreThoseOfTheWhole(int first, int count) {
    StoredTensor blocks = BlocksOfInt8.random(new Random(1), MANY);
    float[] all = BlocksOfInt8.decodedBeforehand(blocks).toFloats();
    float[] wanted = Arrays.copyOfRange(all, first, first + count);

    float[] floats = new float[count + 3];
    blocks.read(first, floats, 3, count);
    assertArrayEquals(wanted, Arrays.copyOfRange(floats, 3, count + 3));

    for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
      for (MemorySegment out :
          new MemorySegment[] {
            Arena.ofAuto().allocate((long) count * dtype.bytes()),
            MemorySegment.ofArray(new byte[count * dtype.bytes()])
          }) {
        blocks.read(first, dtype, out);
        for (int i = 0; i < count; i++) {
          float rounded = Conversions.round(wanted[i], dtype);
          assertEquals(rounded, Conversions.toFloat(out, dtype, i));
        }
      }
    }
  }

  @Test
  void allOfATensorIsLoaded() {
    StoredTensor blocks = BlocksOfInt8.random(new Random(2), MANY / 32, 32);
    float[] wanted = BlocksOfInt8.decodedBeforehand(blocks).toFloats();
    assertEquals(DType.F32, blocks.load().dtype());
    assertEquals(Shape.of(MANY / 32, 32), blocks.load().shape());
    assertArrayEquals(wanted, blocks.load().toFloats());
    assertArrayEquals(wanted, blocks.in(DType.F32).toFloats());
    for (int i = 0; i < wanted.length; i++) {
      wanted[i] = Conversions.round(wanted[i], DType.BF16);
    }
    assertEquals(DType.BF16, blocks.in(DType.BF16).dtype());
    assertArrayEquals(wanted, blocks.in(DType.BF16).toFloats());
    assertEquals(MANY / 32 * 34, blocks.byteSize());
  }

  @Test
  void memoryIsNotCopied() {
    Tensor memory = Tensor.zeros(DType.BF16, 4);
    StoredTensor stored = StoredTensor.of("a", memory);
    memory.segment().set(ValueLayout.JAVA_SHORT, 2, Conversions.floatToBfloat16(7));
    assertArrayEquals(new float[] {0, 7, 0, 0}, stored.in(DType.BF16).toFloats());
    assertArrayEquals(new float[] {0, 7, 0, 0}, stored.load().toFloats());
    assertSame(stored.lifetime(), stored.load().lifetime());
    assertTrue(stored.inMemory(DType.BF16).isPresent());
    assertTrue(stored.inMemory(DType.F32).isEmpty());
  }

  @Test
  void sameElementsAreTheSameBytes() {
    StoredTensor a = BlocksOfInt8.random(new Random(4), MANY);
    assertTrue(a.hasSameElements(BlocksOfInt8.random(new Random(4), MANY)));
    assertFalse(a.hasSameElements(BlocksOfInt8.random(new Random(5), MANY)));
    float[] values = new float[MANY * 2];
    StoredTensor zeros = StoredTensor.of("a", Tensor.of(values.clone(), MANY, 2));
    assertTrue(zeros.hasSameElements(StoredTensor.of("b", Tensor.of(values, MANY, 2))));
    assertFalse(zeros.hasSameElements(StoredTensor.of("b", Tensor.of(values, 2, MANY))));
    assertFalse(zeros.hasSameElements(StoredTensor.of("b", Tensor.zeros(DType.I32, MANY, 2))));
    values[values.length - 1] = 1;
    assertFalse(zeros.hasSameElements(StoredTensor.of("b", Tensor.of(values, MANY, 2))));
  }

  @Test
  void elementsFillBlocks() {
    String message =
        assertThrows(
                IllegalArgumentException.class, () -> BlocksOfInt8.random(new Random(3), 5, 33))
            .getMessage();
    assertEquals(
        "tensor 'blocks.weight' of shape [5, 33] does not fill blocks of 32 elements, which blocks of 32 int8 is stored in",
        message);
  }

  @Test
  void emptyTensorsAreRead() {
    StoredTensor none = StoredTensor.of("a", Tensor.zeros(DType.F16, 0, 3));
    none.read(0, DType.BF16, Arena.ofAuto().allocate(0));
    assertEquals(0, none.in(DType.BF16).count());
  }

  @Test
  void namesAreInMessages() {
    StoredTensor none = StoredTensor.withoutElements("proj.weight", DType.F32, Shape.of(2, 3));
    assertEquals("F32 [2, 3] 'proj.weight'", none.toString());
    assertTrue(
        assertThrows(IllegalStateException.class, none::load)
            .getMessage()
            .contains("'proj.weight'"));
    StoredTensor unnamed = StoredTensor.of("", Tensor.zeros(DType.F32, 2));
    assertEquals("F32 [2]", unnamed.toString());
    assertEquals("F32 [2] 'b'", unnamed.withName("b").toString());
    assertEquals(Lifetime.UNBOUNDED, unnamed.lifetime());
  }
}
