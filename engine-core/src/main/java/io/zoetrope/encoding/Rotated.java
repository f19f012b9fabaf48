package io.zoetrope.encoding;

import io.zoetrope.tensor.DType;
import java.lang.foreign.MemorySegment;

/**
 * Numbers that were rotated in groups of neighbours before they were stored, so that none stands
 * out: decoding rotates them back. The rotation is multiplication with the Hadamard matrix whose
 * factors are
 *
 * <pre>
 *  1  1  1 -1
 *  1  1 -1  1
 *  1 -1  1  1
 * -1  1  1  1
 * </pre>
 *
 * divided by the root of the group's size; it is its own inverse. Source: {@code int8_utils.py} of
 * comfy-kitchen, which calls it ConvRot.
 *
 * @param stored whole groups in a row
 * @param group size of a group, a power of 4
 */
public record Rotated(Encoding stored, int group) implements Encoding {
  private static final int RADIX = 4;

  /** Whether a group can have a size. */
  public static boolean isGroup(long size) {
    return size >= RADIX && Long.bitCount(size) == 1 && Long.numberOfTrailingZeros(size) % 2 == 0;
  }

  @Override
  public String name() {
    return stored.name() + " with ConvRot";
  }

  @Override
  public DType decoded() {
    return DType.F32;
  }

  @Override
  public int block() {
    return group;
  }

  @Override
  public long bytes(long elements) {
    return stored.bytes(elements);
  }

  @Override
  public void decode(MemorySegment bytes, long first, int count, float[] out) {
    stored.decode(bytes, first, count, out);
    float scale = (float) (1 / Math.sqrt(group));
    for (int start = 0; start < count; start += group) {
      for (int step = 1; step < group; step *= RADIX) {
        rotate(out, start, step);
      }
      for (int i = start; i < start + group; i++) {
        out[i] *= scale;
      }
    }
  }

  /** One factor of the matrix: combines numbers that are a step apart, four by four. */
  private void rotate(float[] x, int start, int step) {
    for (int from = start; from < start + group; from += RADIX * step) {
      for (int i = from; i < from + step; i++) {
        float a = x[i];
        float b = x[i + step];
        float c = x[i + 2 * step];
        float d = x[i + 3 * step];
        x[i] = a + b + (c - d);
        x[i + step] = a + b - (c - d);
        x[i + 2 * step] = a - b + (c + d);
        x[i + 3 * step] = b - a + (c + d);
      }
    }
  }

  @Override
  public Encoding from(long element) {
    return new Rotated(stored.from(element), group);
  }
}
