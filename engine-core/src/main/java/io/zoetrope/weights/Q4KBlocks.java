package io.zoetrope.weights;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Quantizes blocks of 256 numbers to Q4_K: for each group of 32 a scale and an offset, both of six
 * bits, are looked for among some around the range of the group, by weighted least squares. The
 * arithmetic is that of {@code quantize_row_q4_K_ref} and {@code make_qkx2_quants} in
 * ggml-quants.c.
 */
final class Q4KBlocks {
  private static final ValueLayout.OfShort HALF =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final int BLOCK = 256;
  private static final int GROUP = 32;
  private static final int GROUPS = BLOCK / GROUP;
  private static final int LARGEST_CODE = 15;
  private static final int LARGEST_SCALE = 63;
  private static final int SCALES_AT = 4;
  private static final int CODES_AT = 16;

  /** Ranges that are tried are those of 14 to 16 codes. */
  private static final int TRIALS = 20;

  private static final float FIRST_TRIAL = -1;
  private static final float TRIAL_STEP = 0.1f;

  private final float[] weights = new float[GROUP];
  private final int[] trial = new int[GROUP];
  private final int[] codes = new int[BLOCK];
  private final float[] scales = new float[GROUPS];
  private final float[] offsets = new float[GROUPS];

  /**
   * Quantizes a block.
   *
   * @param x finite numbers
   * @param from index of the block's first one
   * @param out takes 144 bytes from {@code at} on
   * @return whether scales and offsets are within the range of F16
   */
  boolean encode(float[] x, int from, MemorySegment out, long at) {
    float largestScale = 0;
    float largestOffset = 0;
    for (int group = 0; group < GROUPS; group++) {
      fit(x, from + group * GROUP, group);
      largestScale = Math.max(largestScale, scales[group]);
      largestOffset = Math.max(largestOffset, offsets[group]);
    }
    float toScale = largestScale > 0 ? LARGEST_SCALE / largestScale : 0;
    float toOffset = largestOffset > 0 ? LARGEST_SCALE / largestOffset : 0;
    short scaleHalf = Float.floatToFloat16(largestScale / LARGEST_SCALE);
    short offsetHalf = Float.floatToFloat16(largestOffset / LARGEST_SCALE);
    float scale = Float.float16ToFloat(scaleHalf);
    float offset = Float.float16ToFloat(offsetHalf);
    out.set(HALF, at, scaleHalf);
    out.set(HALF, at + Short.BYTES, offsetHalf);
    int[] packed = new int[CODES_AT - SCALES_AT];
    for (int group = 0; group < GROUPS; group++) {
      int s = Math.min(LARGEST_SCALE, nearest(toScale * scales[group]));
      int o = Math.min(LARGEST_SCALE, nearest(toOffset * offsets[group]));
      pack(packed, group, s, o);
      float step = scale * s;
      if (step != 0) {
        float shift = offset * o;
        for (int i = 0; i < GROUP; i++) {
          int code = nearest((x[from + group * GROUP + i] + shift) / step);
          codes[group * GROUP + i] = Math.clamp(code, 0, LARGEST_CODE);
        }
      }
    }
    for (int i = 0; i < packed.length; i++) {
      out.set(ValueLayout.JAVA_BYTE, at + SCALES_AT + i, (byte) packed[i]);
    }
    for (int pair = 0; pair < BLOCK / 2; pair++) {
      int low = pair / GROUP * 2 * GROUP + pair % GROUP;
      int both = codes[low] | codes[low + GROUP] << 4;
      out.set(ValueLayout.JAVA_BYTE, at + CODES_AT + pair, (byte) both);
    }
    return Float.isFinite(scale) && Float.isFinite(offset);
  }

  /** Of the last four groups, the two high bits lie with those of the first four. */
  private static void pack(int[] packed, int group, int scale, int offset) {
    if (group < 4) {
      packed[group] |= scale;
      packed[group + 4] |= offset;
    } else {
      packed[group + 4] = scale & 0xF | (offset & 0xF) << 4;
      packed[group - 4] |= scale >> 4 << 6;
      packed[group] |= offset >> 4 << 6;
    }
  }

  /** Finds the scale and the offset of a group, and its codes for them. */
  private void fit(float[] x, int from, int group) {
    float squares = 0;
    for (int i = 0; i < GROUP; i++) {
      squares += x[from + i] * x[from + i];
    }
    float average = (float) Math.sqrt(squares / GROUP);
    float min = x[from];
    float max = x[from];
    float sumWeights = 0;
    float sumX = 0;
    for (int i = 0; i < GROUP; i++) {
      float value = x[from + i];
      weights[i] = average + Math.abs(value);
      min = Math.min(min, value);
      max = Math.max(max, value);
      sumWeights += weights[i];
      sumX += weights[i] * value;
    }
    min = Math.min(min, 0);
    offsets[group] = -min;
    scales[group] = 0;
    int at = group * GROUP;
    if (max == min) {
      Arrays.fill(codes, at, at + GROUP, 0);
      return;
    }
    float range = max - min;
    code(x, from, LARGEST_CODE / range, min);
    System.arraycopy(trial, 0, codes, at, GROUP);
    scales[group] = 1 / (LARGEST_CODE / range);
    float best = error(x, from, scales[group], min);
    for (int step = 0; step <= TRIALS; step++) {
      code(x, from, (FIRST_TRIAL + TRIAL_STEP * step + LARGEST_CODE) / range, min);
      float sumCodes = 0;
      float sumSquares = 0;
      float sumProducts = 0;
      for (int i = 0; i < GROUP; i++) {
        float weighted = weights[i] * trial[i];
        sumCodes += weighted;
        sumSquares += weighted * trial[i];
        sumProducts += weighted * x[from + i];
      }
      float determinant = sumWeights * sumSquares - sumCodes * sumCodes;
      if (determinant <= 0) {
        continue;
      }
      float scale = (sumWeights * sumProducts - sumX * sumCodes) / determinant;
      float least = (sumSquares * sumX - sumCodes * sumProducts) / determinant;
      if (least > 0) {
        least = 0;
        scale = sumProducts / sumSquares;
      }
      float error = error(x, from, scale, least);
      if (error < best) {
        best = error;
        System.arraycopy(trial, 0, codes, at, GROUP);
        scales[group] = scale;
        offsets[group] = -least;
      }
    }
  }

  private void code(float[] x, int from, float inverse, float least) {
    for (int i = 0; i < GROUP; i++) {
      trial[i] = Math.clamp(nearest(inverse * (x[from + i] - least)), 0, LARGEST_CODE);
    }
  }

  private float error(float[] x, int from, float scale, float least) {
    float error = 0;
    for (int i = 0; i < GROUP; i++) {
      float difference = scale * trial[i] + least - x[from + i];
      error += weights[i] * difference * difference;
    }
    return error;
  }

  private static int nearest(float value) {
    return (int) Math.rint(value);
  }
}
