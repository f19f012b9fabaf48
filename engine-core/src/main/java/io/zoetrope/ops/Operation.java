package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * An operation as a value: its operands, the place of its result, and what can be known of it
 * without computing anything. {@link Ops} makes it by a factory that checks the operands and
 * allocates the result; {@link Backend#run} computes it. The hierarchy is sealed, so that a backend
 * that lacks an operation does not compile.
 *
 * <p>Unless said otherwise, activations are F32 or BF16, operands and results are contiguous, a
 * result does not overlap an operand, sums are taken in float32 or wider, and each result is
 * rounded once, when it is stored. An operation that stands for a {@link #chain} of others rounds
 * wherever the chain stores a result.
 */
public sealed interface Operation
    permits LinearMap,
        Attention,
        Convolution,
        RowOperation,
        ElementOperation,
        CopyOperation,
        SamplerOperation {
  /** The name of its method in {@link Ops}. */
  String name();

  /** The tensor that takes the result; the first one if there are several. */
  Tensor out();

  /** The tensors that are read, without those left out; what is changed in place is one of them. */
  List<Tensor> inputs();

  /** The inputs that are weights in the memory of the device, kept in a form of its own. */
  default List<Tensor> weights() {
    return List.of();
  }

  /** Multiplications and additions of matrices, as {@link Tracer.Operation} counts them. */
  default long matrixFlops() {
    return 0;
  }

  /** Arithmetic beside that of matrices, as {@link Tracer.Operation} counts it. */
  default long elementFlops() {
    return 0;
  }

  /** What is written; several results of the same rows count as one, side by side. */
  default Tracer.Operand output() {
    return Tracer.Operand.of(out());
  }

  /**
   * The definition in plain operations, one after the other: of a plain operation itself alone.
   *
   * @param allocate makes the tensors that stand between the operations
   */
  default List<Operation> chain(Allocation allocate) {
    return List.of(this);
  }

  /**
   * What the scope around this operation is named after, where this operation takes it up at once
   * and does not store it: the product that is added to a residual, the norm that is modulated or
   * rotated. It is computed for a {@link Tracer} alone, before this operation.
   *
   * @param allocate makes its result
   * @return null where there is no such thing
   */
  default Operation unstored(Allocation allocate) {
    return null;
  }

  /**
   * What is left of this operation behind {@link #unstored}.
   *
   * @param unstored its result
   * @param allocate makes what stands between
   * @return operations whose last one completes {@link #out}
   */
  default List<Operation> behind(Tensor unstored, Allocation allocate) {
    throw new UnsupportedOperationException(name() + " leaves nothing out of memory");
  }

  /** Is computed in the part of a device that computes its kind. */
  void runIn(OperationParts parts);

  /** Where tensors come from that stand between the operations of a chain. */
  @FunctionalInterface
  interface Allocation {
    /** An uninitialised tensor. */
    Tensor of(DType dtype, Shape shape);
  }

  /** The tensors that are there. */
  static List<Tensor> present(Tensor... tensors) {
    return Stream.of(tensors).filter(Objects::nonNull).toList();
  }
}
