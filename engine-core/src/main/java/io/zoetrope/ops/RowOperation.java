package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Operations on rows, the last dimension: norms, rotations, and sums with a gate for each row.
 * Weights of norms may have dimensions of size 1 beside that of the features.
 */
public sealed interface RowOperation extends Operation {
  @Override
  default void runIn(OperationParts parts) {
    parts.rows().accept(this);
  }

  // Arithmetic for each element, as Tracer.Operation counts it
  int LAYER_NORM_FLOPS = 5;
  int RMS_NORM_FLOPS = 4;
  int ROPE_FLOPS = 3;

  /**
   * Normalises rows to mean 0 and variance 1, then applies weight and bias if given.
   *
   * @param weight [features] or null
   * @param bias [features] or null
   */
  record LayerNorm(Tensor out, Tensor x, Tensor weight, Tensor bias, float eps)
      implements RowOperation {
    static LayerNorm of(Operands operands, Tensor x, Tensor weight, Tensor bias, float eps) {
      operands.contiguous("layerNorm", x);
      operands.vector("layerNorm", "weight", weight, x.size(-1));
      operands.vector("layerNorm", "bias", bias, x.size(-1));
      return new LayerNorm(operands.resultLike(x), x, weight, bias, eps);
    }

    @Override
    public String name() {
      return "layerNorm";
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(x, weight, bias);
    }

    @Override
    public long elementFlops() {
      int affine = (weight == null ? 0 : 1) + (bias == null ? 0 : 1);
      return (LAYER_NORM_FLOPS + affine) * x.count();
    }
  }

  /**
   * {@code layerNorm(x) * (1 + scale) + shift}, rounded once.
   *
   * @param x [rows, features]
   * @param shift F32, [features] or [rows, features]; rows may be strided
   * @param scale as {@code shift}
   */
  record AdaLayerNorm(Tensor out, Tensor x, Tensor shift, Tensor scale, float eps)
      implements RowOperation {
    static AdaLayerNorm of(Operands operands, Tensor x, Tensor shift, Tensor scale, float eps) {
      operands.contiguous("adaLayerNorm", x);
      operands.modulation("adaLayerNorm", "shift", x, shift);
      operands.modulation("adaLayerNorm", "scale", x, scale);
      return new AdaLayerNorm(operands.resultLike(x), x, shift, scale, eps);
    }

    @Override
    public String name() {
      return "adaLayerNorm";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x, shift, scale);
    }

    @Override
    public long elementFlops() {
      return (LAYER_NORM_FLOPS + 2) * x.count();
    }

    @Override
    public Operation unstored(Allocation allocate) {
      return new LayerNorm(allocate.of(x.dtype(), x.shape()), x, null, null, eps);
    }

    /** Modulates what has been rounded once, and so rounds twice more. */
    @Override
    public List<Operation> behind(Tensor norm, Allocation allocate) {
      Tensor ones = allocate.of(out.dtype(), out.shape());
      return List.of(
          new CopyOperation.Copy(out, norm),
          new AddGated(out, norm, scale),
          new CopyOperation.Fill(ones, 1),
          new AddGated(out, ones, shift));
    }
  }

  /**
   * {@code x / sqrt(mean(x^2) + eps) * weight} over rows.
   *
   * @param weight [features]
   */
  record RmsNorm(Tensor out, Tensor x, Tensor weight, float eps) implements RowOperation {
    static RmsNorm of(Operands operands, Tensor x, Tensor weight, float eps) {
      operands.contiguous("rmsNorm", x);
      operands.vector("rmsNorm", "weight", weight, x.size(-1));
      return new RmsNorm(operands.resultLike(x), x, weight, eps);
    }

    @Override
    public String name() {
      return "rmsNorm";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x, weight);
    }

    @Override
    public long elementFlops() {
      return RMS_NORM_FLOPS * x.count();
    }
  }

  /**
   * {@code activation(x / max(|x|, 1e-12) * sqrt(channels) * gamma)} with the Euclidean norm over
   * rows: the norm of the Wan VAE.
   *
   * @param out may be {@code x}
   * @param gamma [channels]
   */
  record ChannelNorm(Tensor out, Tensor x, Tensor gamma, Activation activation)
      implements RowOperation {
    static ChannelNorm of(Operands operands, Tensor x, Tensor gamma, Activation activation) {
      check(operands, x, gamma);
      return new ChannelNorm(operands.resultLike(x), x, gamma, activation);
    }

    static ChannelNorm inPlace(Operands operands, Tensor x, Tensor gamma, Activation activation) {
      check(operands, x, gamma);
      return new ChannelNorm(x, x, gamma, activation);
    }

    private static void check(Operands operands, Tensor x, Tensor gamma) {
      operands.contiguous("channelNorm", x);
      operands.vector("channelNorm", "gamma", gamma, x.size(-1));
    }

    @Override
    public String name() {
      return "channelNorm";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x, gamma);
    }

    @Override
    public long elementFlops() {
      return RMS_NORM_FLOPS * x.count();
    }
  }

  /**
   * {@code activation((x - mean) / sqrt(variance + eps) * weight + bias)} with the statistics of
   * each group of neighbouring channels in all positions of a sample.
   *
   * @param x [samples, any positions, channels]
   * @param weight [channels] or null
   * @param bias [channels] or null
   * @param groups a divisor of the channels
   */
  record GroupNorm(
      Tensor out,
      Tensor x,
      Tensor weight,
      Tensor bias,
      int groups,
      float eps,
      Activation activation)
      implements RowOperation {
    static GroupNorm of(
        Operands operands,
        Tensor x,
        Tensor weight,
        Tensor bias,
        int groups,
        float eps,
        Activation activation) {
      String name = "groupNorm";
      operands.contiguous(name, x);
      operands.require(
          x.shape().rank() >= 2 && groups > 0 && x.size(-1) % groups == 0,
          name,
          "x %s is not [samples, positions, channels] with channels in %d groups",
          x,
          groups);
      operands.vector(name, "weight", weight, x.size(-1));
      operands.vector(name, "bias", bias, x.size(-1));
      return new GroupNorm(operands.resultLike(x), x, weight, bias, groups, eps, activation);
    }

    @Override
    public String name() {
      return "groupNorm";
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(x, weight, bias);
    }

    @Override
    public long elementFlops() {
      int affine = (weight == null ? 0 : 1) + (bias == null ? 0 : 1);
      return (LAYER_NORM_FLOPS + affine) * x.count();
    }
  }

  /**
   * Rotates the pairs (2i, 2i+1) of every head.
   *
   * @param out [tokens, heads * head dim], changed in place
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  record Rope(Tensor out, Tensor cos, Tensor sin, int heads) implements RowOperation {
    static Rope of(Operands operands, Tensor x, Tensor cos, Tensor sin, int heads) {
      operands.rope("ropeInPlace", x, cos, sin, heads);
      return new Rope(x, cos, sin, heads);
    }

    @Override
    public String name() {
      return "ropeInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(out, cos, sin);
    }

    @Override
    public long elementFlops() {
      return ROPE_FLOPS * out.count();
    }
  }

  /**
   * {@link RmsNorm} over all heads together, rounded, then {@link Rope}.
   *
   * @param out [tokens, heads * head dim]; may be {@code x}
   * @param weight [heads * head dim]
   * @param cos F32, [tokens, head dim / 2]
   * @param sin F32, [tokens, head dim / 2]
   */
  record RmsNormRope(
      Tensor out, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads)
      implements RowOperation {
    static RmsNormRope inPlace(
        Operands operands, Tensor x, Tensor weight, float eps, Tensor cos, Tensor sin, int heads) {
      operands.rope("rmsNormRopeInPlace", x, cos, sin, heads);
      operands.vector("rmsNormRopeInPlace", "weight", weight, x.size(-1));
      return new RmsNormRope(x, x, weight, eps, cos, sin, heads);
    }

    @Override
    public String name() {
      return "rmsNormRopeInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(x, weight, cos, sin);
    }

    @Override
    public long elementFlops() {
      return (RMS_NORM_FLOPS + ROPE_FLOPS) * x.count();
    }

    @Override
    public List<Operation> chain(Allocation allocate) {
      return List.of(new RmsNorm(out, x, weight, eps), new Rope(out, cos, sin, heads));
    }

    @Override
    public Operation unstored(Allocation allocate) {
      return new RmsNorm(allocate.of(x.dtype(), x.shape()), x, weight, eps);
    }

    @Override
    public List<Operation> behind(Tensor norm, Allocation allocate) {
      return List.of(new CopyOperation.Copy(out, norm), new Rope(out, cos, sin, heads));
    }
  }

  /**
   * {@code out += y * gate}, rounded once.
   *
   * @param out [rows, features], changed in place
   * @param y [rows, features]
   * @param gate F32, [features] or [rows, features]; rows may be strided
   */
  record AddGated(Tensor out, Tensor y, Tensor gate) implements RowOperation {
    static AddGated of(Operands operands, Tensor x, Tensor y, Tensor gate) {
      String name = "addGatedInPlace";
      operands.contiguous(name, x, y);
      operands.require(x.shape().equals(y.shape()), name, "x %s and y %s differ", x, y);
      operands.modulation(name, "gate", x, gate);
      return new AddGated(x, y, gate);
    }

    @Override
    public String name() {
      return "addGatedInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return List.of(out, y, gate);
    }

    @Override
    public long elementFlops() {
      return 2 * out.count();
    }
  }
}
