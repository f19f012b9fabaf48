package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** What stands around the networks: timesteps, guidance and scheduler steps, pixels. */
public sealed interface SamplerOperation extends Operation {
  @Override
  default void runIn(OperationParts parts) {
    parts.samplers().accept(this);
  }

  /**
   * {@code out = factors[0] * terms[0] + factors[1] * terms[1] + ...}, summed in float64.
   *
   * @param out of the shape of all terms; may be one of them
   * @param factors as many as terms, finite
   * @param terms between 1 and {@value MAX_TERMS}, F32 or BF16, each of its own
   */
  record LinearCombination(Tensor out, double[] factors, List<Tensor> terms)
      implements SamplerOperation {
    /** The most terms that there may be. */
    public static final int MAX_TERMS = 8;

    static LinearCombination of(
        Operands operands, Tensor out, double[] factors, List<Tensor> terms) {
      String name = "linearCombinationInto";
      operands.contiguous(name, out);
      operands.contiguous(name, terms.toArray(Tensor[]::new));
      operands.require(
          factors.length == terms.size() && !terms.isEmpty() && terms.size() <= MAX_TERMS,
          name,
          "%d weights and %d terms are not the same number from 1 to %d",
          factors.length,
          terms.size(),
          MAX_TERMS);
      for (int i = 0; i < factors.length; i++) {
        operands.require(
            terms.get(i).shape().equals(out.shape()) && Double.isFinite(factors[i]),
            name,
            "term %s with weight %s does not fit out %s",
            terms.get(i),
            factors[i],
            out);
      }
      return new LinearCombination(out, factors, terms);
    }

    @Override
    public String name() {
      return "linearCombinationInto";
    }

    @Override
    public List<Tensor> inputs() {
      return terms;
    }

    @Override
    public long elementFlops() {
      return (2L * factors.length - 1) * out.count();
    }
  }

  /**
   * Sines and cosines of timesteps at {@code channels / 2} frequencies between 1 and 1 / 10000
   * ({@code get_timestep_embedding} in diffusers; Ho et al., 2020). A frequency, and its product
   * with a timestep, are rounded to float32, as they are there: at timesteps near 1000 the last bit
   * of a frequency is visible in the fifth digit of the result.
   *
   * @param out F32, [timesteps, channels]; of an odd number the last channel is zero
   * @param timesteps F32, [timesteps]; beyond 2^20 results may be less accurate
   * @param flipSinToCos whether cosines come before sines
   * @param downscaleFreqShift taken from the number of frequencies in the exponent's denominator;
   *     less than it
   */
  record TimestepEmbedding(
      Tensor out, Tensor timesteps, boolean flipSinToCos, float downscaleFreqShift)
      implements SamplerOperation {
    static TimestepEmbedding of(
        Operands operands,
        Tensor timesteps,
        int channels,
        boolean flipSinToCos,
        float downscaleFreqShift) {
      String name = "timestepEmbedding";
      operands.contiguous(name, timesteps);
      operands.require(
          timesteps.dtype() == DType.F32 && timesteps.shape().rank() == 1 && channels > 0,
          name,
          "timesteps %s for %d channels are not a vector of F32",
          timesteps,
          channels);
      operands.require(
          channels < 2 || downscaleFreqShift < channels / 2,
          name,
          "%d frequencies have no spacing with a shift of %s",
          channels / 2,
          downscaleFreqShift);
      Tensor out = operands.result(DType.F32, Shape.of(timesteps.size(0), channels));
      return new TimestepEmbedding(out, timesteps, flipSinToCos, downscaleFreqShift);
    }

    @Override
    public String name() {
      return "timestepEmbedding";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(timesteps);
    }
  }

  /**
   * Pictures as networks see them become pictures as people see them: {@code 255 * clamp(x / 2 +
   * 0.5, 0, 1)}, rounded half to even.
   *
   * @param out U8, of the shape of {@code x}
   * @param x finite values, F32 or BF16
   */
  record ToPixels(Tensor out, Tensor x) implements SamplerOperation {
    static ToPixels of(Operands operands, Tensor x) {
      operands.contiguous("toPixels", x);
      return new ToPixels(operands.result(DType.U8, x.shape()), x);
    }

    @Override
    public String name() {
      return "toPixels";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }
  }

  /**
   * Whether all elements of {@code x}, F32 or BF16, are finite. The backend waits for the result.
   *
   * @param out BOOL, [1], in host memory: true before, and false afterwards if an element is not
   *     finite
   */
  record IsFinite(Tensor out, Tensor x) implements SamplerOperation {
    static IsFinite of(Operands operands, Tensor x) {
      operands.contiguous("isFinite", x);
      IsFinite question = new IsFinite(Tensor.zeros(DType.BOOL, 1), x);
      question.answer(true);
      return question;
    }

    @Override
    public String name() {
      return "isFinite";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x);
    }

    /** Writes the result. */
    public void answer(boolean finite) {
      out.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) (finite ? 1 : 0));
    }

    /** The result. */
    public boolean answer() {
      return out.segment().get(ValueLayout.JAVA_BYTE, 0) != 0;
    }
  }

  /**
   * How far two tensors are apart, {@code mean(|x - y|)}, or how large one is, {@code mean(|x|)}.
   * The backend waits for the result, which is the same on all backends and for any number of
   * threads: elements are summed in float64, those at places that differ by multiples of {@value
   * LANES} together, and then these sums in order.
   *
   * @param out F64, [1], in host memory: NaN before
   * @param x F32 or BF16
   * @param y of the shape of {@code x}, F32 or BF16; null for zeros
   */
  record MeanDistance(Tensor out, Tensor x, Tensor y) implements SamplerOperation {
    /** How many sums there are. */
    public static final int LANES = 1024;

    static MeanDistance of(Operands operands, Tensor x, Tensor y) {
      String name = "meanDistance";
      operands.contiguous(name, x);
      if (y != null) {
        operands.contiguous(name, y);
        operands.require(x.shape().equals(y.shape()), name, "%s and %s differ in shape", x, y);
      }
      MeanDistance question = new MeanDistance(Tensor.zeros(DType.F64, 1), x, y);
      question.write(Double.NaN);
      return question;
    }

    @Override
    public String name() {
      return "meanDistance";
    }

    @Override
    public List<Tensor> inputs() {
      return y == null ? List.of(x) : List.of(x, y);
    }

    @Override
    public long elementFlops() {
      return (y == null ? 1 : 2) * x.count();
    }

    /** Writes the result. */
    public void answer(double[] sums) {
      double sum = 0;
      for (double lane : sums) {
        sum += lane;
      }
      write(sum / x.count());
    }

    private void write(double value) {
      out.segment().set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0, value);
    }

    /** The result. */
    public double answer() {
      return out.segment().get(ValueLayout.JAVA_DOUBLE_UNALIGNED, 0);
    }
  }
}
