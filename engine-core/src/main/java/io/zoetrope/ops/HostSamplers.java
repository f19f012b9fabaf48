package io.zoetrope.ops;

import io.zoetrope.ops.SamplerOperation.IsFinite;
import io.zoetrope.ops.SamplerOperation.LinearCombination;
import io.zoetrope.ops.SamplerOperation.MeanDistance;
import io.zoetrope.ops.SamplerOperation.TimestepEmbedding;
import io.zoetrope.ops.SamplerOperation.ToPixels;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;

/**
 * What stands around the networks, on host memory: timesteps, scheduler steps, pixels. Plain Java,
 * which is fast enough beside them if it works on arrays: elements come in blocks.
 */
public final class HostSamplers {
  /** Elements of a block, which stays in the first-level cache. */
  private static final int BLOCK = 1024;

  /** Of the periods of timesteps' sinusoids, in float32 as diffusers has it. */
  private static final float LOG_MAX_PERIOD = (float) Math.log(10000);

  /** Added to a small double, it leaves the nearest whole number, half to even, in the low bits. */
  private static final double ROUNDING = 0x1.8p52;

  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;

  private HostSamplers() {}

  /** Runs an operation on tensors in host memory. */
  public static void run(SamplerOperation operation) {
    switch (operation) {
      case LinearCombination op -> linearCombination(op.out(), op.factors(), op.terms());
      case TimestepEmbedding op -> timestepEmbedding(op);
      case ToPixels op -> toPixels(op.out(), op.x());
      case IsFinite op -> op.answer(isFinite(op.x()));
      case MeanDistance op -> {
        double[] sums = new double[MeanDistance.LANES];
        addDistances(sums, op.x(), op.y());
        op.answer(sums);
      }
    }
  }

  private static void linearCombination(Tensor out, double[] weights, List<Tensor> terms) {
    double[] sums = new double[BLOCK];
    float[] values = new float[BLOCK];
    for (long start = 0; start < out.count(); start += BLOCK) {
      int count = (int) Math.min(BLOCK, out.count() - start);
      Arrays.fill(sums, 0);
      for (int k = 0; k < weights.length; k++) {
        load(terms.get(k), start, values, count);
        double weight = weights[k];
        for (int i = 0; i < count; i++) {
          sums[i] += weight * values[i];
        }
      }
      for (int i = 0; i < count; i++) {
        values[i] = (float) sums[i];
      }
      store(out, start, values, count);
    }
  }

  private static void timestepEmbedding(TimestepEmbedding op) {
    int channels = op.out().intSize(1);
    int half = channels / 2;
    float[] row = new float[channels];
    float[] values = op.timesteps().toFloats();
    for (int i = 0; i < values.length; i++) {
      for (int k = 0; k < half; k++) {
        float exponent = LOG_MAX_PERIOD * k / (half - op.downscaleFreqShift());
        float frequency = (float) Math.exp(-exponent);
        float angle = values[i] * frequency;
        row[op.flipSinToCos() ? half + k : k] = (float) Math.sin(angle);
        row[op.flipSinToCos() ? k : half + k] = (float) Math.cos(angle);
      }
      store(op.out(), (long) i * channels, row, channels);
    }
  }

  private static void toPixels(Tensor out, Tensor x) {
    float[] values = new float[BLOCK];
    byte[] pixels = new byte[BLOCK];
    for (long start = 0; start < x.count(); start += BLOCK) {
      int count = (int) Math.min(BLOCK, x.count() - start);
      load(x, start, values, count);
      for (int i = 0; i < count; i++) {
        float unit = values[i] / 2 + 0.5f;
        double pixel = unit < 0 ? 0 : unit > 1 ? 255 : unit * 255.0;
        pixels[i] = (byte) Double.doubleToRawLongBits(pixel + ROUNDING);
      }
      MemorySegment.copy(pixels, 0, out.segment(), ValueLayout.JAVA_BYTE, start, count);
    }
  }

  private static boolean isFinite(Tensor x) {
    float[] values = new float[BLOCK];
    for (long start = 0; start < x.count(); start += BLOCK) {
      int count = (int) Math.min(BLOCK, x.count() - start);
      load(x, start, values, count);
      // Anything times 0 is 0, but for what is not finite: that makes NaN of the sum.
      float sum = 0;
      for (int i = 0; i < count; i++) {
        sum += values[i] * 0;
      }
      if (sum != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Adds distances of elements to the sums of {@link MeanDistance}.
   *
   * @param x contiguous, in host memory, from a multiple of {@link MeanDistance#LANES} elements on
   * @param y as {@code x}; null for zeros
   */
  public static void addDistances(double[] sums, Tensor x, Tensor y) {
    float[] values = new float[MeanDistance.LANES];
    float[] others = new float[MeanDistance.LANES];
    for (long start = 0; start < x.count(); start += MeanDistance.LANES) {
      int count = (int) Math.min(MeanDistance.LANES, x.count() - start);
      load(x, start, values, count);
      if (y != null) {
        load(y, start, others, count);
      }
      for (int i = 0; i < count; i++) {
        sums[i] += Math.abs((double) values[i] - others[i]);
      }
    }
  }

  private static void load(Tensor x, long start, float[] values, int count) {
    MemorySegment from = x.segment();
    if (x.dtype() == DType.F32) {
      MemorySegment.copy(from, FLOAT, start * Float.BYTES, values, 0, count);
      return;
    }
    short[] halves = new short[count];
    MemorySegment.copy(from, SHORT, start * Short.BYTES, halves, 0, count);
    for (int i = 0; i < count; i++) {
      values[i] = Conversions.bfloat16ToFloat(halves[i]);
    }
  }

  private static void store(Tensor out, long start, float[] values, int count) {
    MemorySegment to = out.segment();
    if (out.dtype() == DType.F32) {
      MemorySegment.copy(values, 0, to, FLOAT, start * Float.BYTES, count);
      return;
    }
    short[] halves = new short[count];
    for (int i = 0; i < count; i++) {
      halves[i] = Conversions.floatToBfloat16(values[i]);
    }
    MemorySegment.copy(halves, 0, to, SHORT, start * Short.BYTES, count);
  }
}
