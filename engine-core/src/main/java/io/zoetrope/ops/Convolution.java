package io.zoetrope.ops;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * 3D convolution over channels-last video, as if {@code history} stood in front of {@code x}; with
 * a residual the result is rounded, added to it, and rounded again.
 *
 * @param out [frames out, height out, width out, out channels]
 * @param x [frames, height, width, in channels]
 * @param history [any number of frames, height, width, in channels] or null
 * @param weight [out channels, in channels, kernel frames, kernel height, kernel width]
 * @param bias [out channels] or null
 * @param residual of the shape and dtype of {@code out}, {@code out} itself, or null
 */
public record Convolution(
    Tensor out,
    Tensor x,
    Tensor history,
    Tensor weight,
    Tensor bias,
    ConvGeometry geometry,
    Tensor residual)
    implements Operation {
  private static final String PLAIN = "conv3d";
  private static final String IN_PLACE = "conv3dAddInPlace";

  static Convolution of(
      Operands operands,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry) {
    Shape shape = checked(PLAIN, operands, x, history, weight, bias, geometry);
    Tensor out = operands.result(x.dtype(), shape);
    return new Convolution(out, x, history, weight, bias, geometry, null);
  }

  /** Into a sum, which is the residual. */
  static Convolution adding(
      Operands operands,
      Tensor sum,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry) {
    Shape shape = checked(IN_PLACE, operands, x, history, weight, bias, geometry);
    operands.sum(IN_PLACE, sum, x, shape);
    return new Convolution(sum, x, history, weight, bias, geometry, sum);
  }

  private static Shape checked(
      String name,
      Operands operands,
      Tensor x,
      Tensor history,
      Tensor weight,
      Tensor bias,
      ConvGeometry geometry) {
    operands.contiguous(name, x);
    operands.weight(name, weight);
    operands.require(
        x.shape().rank() == 4 && weight.shape().rank() == 5 && x.size(3) == weight.size(1),
        name,
        "x %s does not fit weight %s: %d != %d",
        x,
        weight,
        x.size(-1),
        weight.size(1));
    operands.vector(name, "bias", bias, weight.size(0));
    Shape whole = x.shape();
    if (history != null) {
      operands.contiguous(name, history);
      operands.require(
          history.dtype() == x.dtype()
              && history.shape().rank() == 4
              && history.select(0, 0).shape().equals(x.select(0, 0).shape()),
          name,
          "history %s does not fit x %s",
          history,
          x);
      whole = Shape.of(x.size(0) + history.size(0), x.size(1), x.size(2), x.size(3));
    }
    Shape shape = geometry.output(whole, weight.shape());
    operands.require(
        shape.count() > 0, name, "x %s is smaller than the kernel of weight %s", x, weight);
    return shape;
  }

  @Override
  public void runIn(OperationParts parts) {
    parts.convolution().accept(this);
  }

  @Override
  public String name() {
    return residual == null ? PLAIN : IN_PLACE;
  }

  @Override
  public List<Tensor> inputs() {
    return Operation.present(residual, x, history, weight, bias);
  }

  @Override
  public List<Tensor> weights() {
    return List.of(weight);
  }

  @Override
  public long matrixFlops() {
    return 2 * out.count() * (weight.count() / weight.size(0));
  }

  @Override
  public long elementFlops() {
    return residual == null ? 0 : out.count();
  }

  /** Whether it neither upsamples nor adds anything. */
  public boolean isPlain() {
    return residual == null && geometry.upsample() == 1;
  }

  @Override
  public List<Operation> chain(Allocation allocate) {
    List<Operation> chain = new ArrayList<>();
    Tensor result = residual == null ? out : allocate.of(out.dtype(), out.shape());
    chain.add(
        new Convolution(
            result,
            enlarged(x, chain, allocate),
            enlarged(history, chain, allocate),
            weight,
            bias,
            geometry.withoutUpsampling(),
            null));
    if (residual != null) {
      chain.add(new ElementOperation.Add(out, residual, result));
    }
    return chain;
  }

  @Override
  public Operation unstored(Allocation allocate) {
    if (residual == null) {
      return null;
    }
    Tensor result = allocate.of(out.dtype(), out.shape());
    return new Convolution(result, x, history, weight, bias, geometry, null);
  }

  @Override
  public List<Operation> behind(Tensor result, Allocation allocate) {
    return List.of(new ElementOperation.Add(out, residual, result));
  }

  private Tensor enlarged(Tensor frames, List<Operation> chain, Allocation allocate) {
    int factor = geometry.upsample();
    if (frames == null || factor == 1) {
      return frames;
    }
    Shape shape =
        Shape.of(frames.size(0), factor * frames.size(1), factor * frames.size(2), frames.size(3));
    Tensor enlarged = allocate.of(frames.dtype(), shape);
    chain.add(new ElementOperation.UpsampleNearest(enlarged, frames, false));
    return enlarged;
  }
}
