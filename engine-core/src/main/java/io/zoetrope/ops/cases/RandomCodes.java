package io.zoetrope.ops.cases;

import io.zoetrope.encoding.Encoding;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/** Bytes of weights in any form. */
public final class RandomCodes {
  /** Larger numbers, infinities and NaN come of random scales, and hide errors of all others. */
  private static final float LARGEST = 1e4f;

  private RandomCodes() {}

  /**
   * Random bytes that stand for numbers, block by block.
   *
   * @param count elements, whole blocks
   * @return the bytes, as a tensor of U8
   */
  public static Tensor of(Encoding form, Random random, long count) {
    Tensor bytes = Tensor.zeros(DType.U8, form.bytes(count));
    byte[] block = new byte[Math.toIntExact(form.bytes(form.block()))];
    float[] numbers = new float[form.block()];
    for (long first = 0; first < count; first += form.block()) {
      do {
        random.nextBytes(block);
        form.decode(MemorySegment.ofArray(block), first, form.block(), numbers);
      } while (!areMeant(numbers));
      bytes.segment().asSlice(form.bytes(first)).copyFrom(MemorySegment.ofArray(block));
    }
    return bytes;
  }

  private static boolean areMeant(float[] numbers) {
    for (float number : numbers) {
      if (!(Math.abs(number) < LARGEST)) {
        return false;
      }
    }
    return true;
  }
}
