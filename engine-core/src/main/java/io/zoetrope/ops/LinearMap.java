package io.zoetrope.ops;

import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Products of rows with a weight [out features, in features] of any convertible dtype. A bias has
 * one element for each of the out features; null leaves it out.
 */
public sealed interface LinearMap extends Operation {
  @Override
  default void runIn(OperationParts parts) {
    parts.linear().accept(this);
  }

  /** What is mapped, [rows, in features]. */
  Tensor x();

  /**
   * {@code out = activation(x weight^T + bias)}.
   *
   * @param out [rows, out features]
   * @param x [rows, in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   */
  record Linear(Tensor out, Tensor x, Tensor weight, Tensor bias, Activation activation)
      implements LinearMap {
    /** Takes x and returns a result of any number of dimensions, as matrices. */
    static Linear of(
        Operands operands, Tensor x, Tensor weight, Tensor bias, Activation activation) {
      operands.linear("linear", x, weight, bias);
      Tensor out = operands.result(x.dtype(), x.shape().withLast(weight.size(0)));
      return new Linear(
          out.reshape(-1, weight.size(0)), x.reshape(-1, x.size(-1)), weight, bias, activation);
    }

    @Override
    public String name() {
      return "linear";
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(x, weight, bias);
    }

    @Override
    public List<Tensor> weights() {
      return List.of(weight);
    }

    @Override
    public long matrixFlops() {
      return 2 * x.count() * weight.size(0);
    }
  }

  /**
   * Several linear maps of the same rows: {@code outs[i] = x weights[i]^T + biases[i]}.
   *
   * @param outs as many as weights, each [rows, out features of its own]
   * @param x [rows, in features]
   * @param weights at least one, each [out features of its own, in features]
   * @param biases as many as weights, each [out features] or null
   */
  record Linears(List<Tensor> outs, Tensor x, List<Tensor> weights, List<Tensor> biases)
      implements LinearMap {
    static Linears of(Operands operands, Tensor x, List<Tensor> weights, List<Tensor> biases) {
      operands.require(
          !weights.isEmpty() && weights.size() == biases.size() && x.shape().rank() == 2,
          "linears",
          "x %s with %d weights and %d biases",
          x,
          weights.size(),
          biases.size());
      List<Tensor> outs = new ArrayList<>();
      for (int i = 0; i < weights.size(); i++) {
        operands.linear("linears", x, weights.get(i), biases.get(i));
        outs.add(operands.result(x.dtype(), Shape.of(x.size(0), weights.get(i).size(0))));
      }
      return new Linears(outs, x, weights, biases);
    }

    @Override
    public String name() {
      return "linears";
    }

    @Override
    public Tensor out() {
      return outs.getFirst();
    }

    @Override
    public Tracer.Operand output() {
      return new Tracer.Operand(x.dtype(), Shape.of(x.size(0), columns()));
    }

    private long columns() {
      return weights.stream().mapToLong(weight -> weight.size(0)).sum();
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(
          Stream.of(List.of(x), weights, biases).flatMap(List::stream).toArray(Tensor[]::new));
    }

    @Override
    public long matrixFlops() {
      return 2 * x.count() * columns();
    }

    @Override
    public List<Operation> chain(Allocation allocate) {
      return List.copyOf(parts());
    }

    /** Each map for itself. */
    public List<Linear> parts() {
      List<Linear> parts = new ArrayList<>();
      for (int i = 0; i < outs.size(); i++) {
        parts.add(new Linear(outs.get(i), x, weights.get(i), biases.get(i), Activation.NONE));
      }
      return parts;
    }
  }

  /**
   * {@code out += gate * (x weight^T + bias)}: the product is rounded to the dtype of {@code out}
   * before the rest, the sum once more.
   *
   * @param out [rows, out features], changed in place
   * @param x [rows, in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   * @param gate F32, [out features] or [rows, out features], rows may be strided; null for 1
   */
  record LinearAdd(Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate)
      implements LinearMap {
    static LinearAdd of(
        Operands operands, Tensor out, Tensor x, Tensor weight, Tensor bias, Tensor gate) {
      String name = "linearAddInPlace";
      operands.product(name, out, x, weight, bias);
      if (gate != null) {
        operands.modulation(name, "gate", out, gate);
      }
      return new LinearAdd(out, x, weight, bias, gate);
    }

    @Override
    public String name() {
      return "linearAddInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(out, x, weight, bias, gate);
    }

    @Override
    public List<Tensor> weights() {
      return List.of(weight);
    }

    @Override
    public long matrixFlops() {
      return 2 * x.count() * weight.size(0);
    }

    @Override
    public long elementFlops() {
      return (gate == null ? 1 : 2) * out.count();
    }

    @Override
    public List<Operation> chain(Allocation allocate) {
      Operation product = unstored(allocate);
      return List.of(product, behind(product.out(), allocate).getFirst());
    }

    @Override
    public Operation unstored(Allocation allocate) {
      Tensor product = allocate.of(out.dtype(), out.shape());
      return new Linear(product, x, weight, bias, Activation.NONE);
    }

    @Override
    public List<Operation> behind(Tensor product, Allocation allocate) {
      return List.of(
          gate == null
              ? new ElementOperation.Add(out, out, product)
              : new RowOperation.AddGated(out, product, gate));
    }
  }

  /**
   * {@code out *= x weight^T + bias}: the product is rounded to the dtype of {@code out} first, the
   * result once more.
   *
   * @param out [rows, out features], changed in place
   * @param x [rows, in features]
   * @param weight [out features, in features]
   * @param bias [out features] or null
   */
  record LinearMultiply(Tensor out, Tensor x, Tensor weight, Tensor bias) implements LinearMap {
    static LinearMultiply of(Operands operands, Tensor out, Tensor x, Tensor weight, Tensor bias) {
      operands.product("linearMultiplyInPlace", out, x, weight, bias);
      return new LinearMultiply(out, x, weight, bias);
    }

    @Override
    public String name() {
      return "linearMultiplyInPlace";
    }

    @Override
    public List<Tensor> inputs() {
      return Operation.present(out, x, weight, bias);
    }

    @Override
    public List<Tensor> weights() {
      return List.of(weight);
    }

    @Override
    public long matrixFlops() {
      return 2 * x.count() * weight.size(0);
    }

    @Override
    public long elementFlops() {
      return out.count();
    }

    @Override
    public List<Operation> chain(Allocation allocate) {
      Tensor product = allocate.of(out.dtype(), out.shape());
      return List.of(
          new Linear(product, x, weight, bias, Activation.NONE),
          new ElementOperation.Multiply(out, out, product));
    }
  }
}
