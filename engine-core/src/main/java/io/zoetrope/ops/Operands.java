package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/**
 * What the operations of an {@link Ops} demand of their operands; errors name the current scope.
 */
final class Operands {
  private final Memory memory;

  Operands(Memory memory) {
    this.memory = memory;
  }

  /** The current scope, for people. */
  String place() {
    String path = memory.scope().path();
    return path.isEmpty() ? "the outermost scope" : path;
  }

  void require(boolean condition, String operation, String message, Object... args) {
    if (!condition) {
      throw new IllegalArgumentException(
          operation + " in " + place() + ": " + message.formatted(args));
    }
  }

  /** Their memory has not been released. */
  void open(String operation, Tensor... tensors) {
    for (Tensor tensor : tensors) {
      if (!tensor.lifetime().isOpen()) {
        throw new IllegalStateException(
            "%s in %s: the memory of %s was released with %s"
                .formatted(operation, place(), tensor, tensor.lifetime()));
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

  /** Numbers without gaps, of any dtype that weights are stored in. */
  void weight(String operation, Tensor weight) {
    open(operation, weight);
    require(
        weight.isContiguous() && weight.dtype().isConvertible(),
        operation,
        "weight %s is not a contiguous tensor of numbers",
        weight);
  }

  /** A weight with one element for each feature, or null. */
  void vector(String operation, String role, Tensor vector, long size) {
    if (vector != null) {
      open(operation, vector);
      require(
          vector.isContiguous() && vector.count() == size && vector.dtype().isConvertible(),
          operation,
          "%s %s does not have %d elements",
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

  /** A matrix of a dtype that is computed with, whose rows have no gaps inside. */
  static boolean rowsContiguous(Tensor matrix) {
    return matrix.shape().rank() == 2
        && (matrix.stride(1) == 1 || matrix.size(1) == 1)
        && matrix.dtype().isComputable();
  }
}
