package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * What operations demand of their operands, and where their results come from; errors name the
 * operation and the current scope.
 */
final class Operands {
  private final Memory memory;

  Operands(Memory memory) {
    this.memory = memory;
  }

  /** An uninitialised tensor in the innermost open scope. */
  Tensor result(DType dtype, Shape shape) {
    return memory.allocate(dtype, shape);
  }

  /** An uninitialised tensor of another one's dtype and shape in the innermost open scope. */
  Tensor resultLike(Tensor x) {
    return result(x.dtype(), x.shape());
  }

  void require(boolean condition, String operation, String message, Object... args) {
    if (!condition) {
      throw new IllegalArgumentException(
          operation + " in " + memory.place() + ": " + message.formatted(args));
    }
  }

  /** Their memory has not been released. */
  void open(String operation, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (!tensor.lifetime().isOpen()) {
        throw new IllegalStateException(
            "%s in %s: the memory of %s was released with %s"
                .formatted(operation, memory.place(), tensor, tensor.lifetime()));
      }
    }
  }

  /** Activations without gaps, of a dtype that is computed with. */
  void contiguous(String operation, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      open(operation, tensor);
      require(tensor.isContiguous(), operation, "%s is not contiguous: copy it first", tensor);
      require(tensor.dtype().isComputable(), operation, "%s: cast it to F32 or BF16 first", tensor);
    }
  }

  /** Numbers without gaps, of a dtype that weights are used in. */
  void weight(String operation, Tensor weight) {
    open(operation, weight);
    require(weight.isContiguous(), operation, "weight %s is not contiguous: copy it first", weight);
    require(
        weight.dtype().isComputable(),
        operation,
        "weight %s is neither F32 nor BF16: place it first",
        weight);
  }

  /** A weight with one element for each feature, or null. */
  void vector(String operation, String role, Tensor vector, long size) {
    if (vector != null) {
      open(operation, vector);
      require(
          vector.isContiguous() && vector.count() == size && vector.dtype().isComputable(),
          operation,
          "%s %s is not a contiguous tensor of %d elements in F32 or BF16",
          role,
          vector,
          size);
    }
  }

  /** F32, one element for each feature, or for each element of x. */
  void modulation(String operation, String role, Tensor x, Tensor modulation) {
    open(operation, modulation);
    boolean vector = modulation.shape().equals(Shape.of(x.size(-1))) && modulation.isContiguous();
    boolean perRow = modulation.shape().equals(x.shape()) && rowsContiguous(modulation);
    require(
        modulation.dtype() == DType.F32 && x.shape().rank() == 2 && (vector || perRow),
        operation,
        "%s %s must be F32 of shape [%d] or %s",
        role,
        modulation,
        x.size(-1),
        x.shape());
  }

  /** The shape of b equals the innermost dimensions of a. */
  void repeats(String operation, Tensor a, Tensor b) {
    contiguous(operation, a, b);
    require(b.shape().isSuffixOf(a.shape()), operation, "%s does not repeat over %s", b, a);
  }

  /** x [..., in features], weight [out features, in features], bias [out features] or null. */
  void linear(String operation, Tensor x, Tensor weight, Tensor bias) {
    contiguous(operation, x);
    weight(operation, weight);
    require(
        weight.shape().rank() == 2 && x.shape().rank() >= 1 && x.size(-1) == weight.size(1),
        operation,
        "x %s does not fit weight %s: %d != %d",
        x,
        weight,
        x.size(-1),
        weight.size(-1));
    vector(operation, "bias", bias, weight.size(0));
  }

  /** As {@link #linear} of a matrix x, whose product out can take up. */
  void product(String operation, Tensor out, Tensor x, Tensor weight, Tensor bias) {
    linear(operation, x, weight, bias);
    sum(operation, out, x, x.shape().withLast(weight.size(0)));
    require(x.shape().rank() == 2, operation, "x %s is not a matrix", x);
  }

  /** What is computed from x is of this shape, and out can take it up. */
  void sum(String operation, Tensor out, Tensor x, Shape shape) {
    contiguous(operation, out);
    require(
        out.shape().equals(shape) && out.dtype() == x.dtype(),
        operation,
        "out %s cannot take up %s %s",
        out,
        x.dtype(),
        shape);
    require(out.storage() != x.storage() || apart(out, x), operation, "out %s overlaps x", out);
  }

  private static boolean apart(Tensor a, Tensor b) {
    return (a.offset() + a.count()) * a.dtype().bytes() <= b.offset() * b.dtype().bytes()
        || (b.offset() + b.count()) * b.dtype().bytes() <= a.offset() * a.dtype().bytes();
  }

  /** x [tokens, heads * head dim], cosines and sines for its tokens and half a head. */
  void rope(String operation, Tensor x, Tensor cos, Tensor sin, int heads) {
    contiguous(operation, x, cos, sin);
    require(
        heads > 0
            && x.shape().rank() == 2
            && x.size(1) % (2L * heads) == 0
            && cos.shape().equals(Shape.of(x.size(0), x.size(1) / heads / 2))
            && sin.shape().equals(cos.shape()),
        operation,
        "cos %s and sin %s do not fit x %s with %d heads",
        cos,
        sin,
        x,
        heads);
  }

  /** A matrix of a dtype that is computed with, whose rows have no gaps inside. */
  static boolean rowsContiguous(Tensor matrix) {
    return matrix.shape().rank() == 2
        && (matrix.stride(1) == 1 || matrix.size(1) == 1)
        && matrix.dtype().isComputable();
  }
}
