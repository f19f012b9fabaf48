package io.zoetrope.ops.cases;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * One operation on operands of one shape.
 *
 * @param operation name of its method in {@link Ops}
 * @param detail its shape and what else is particular, as people write it
 * @param dtype of activations
 * @param stored dtype of weights
 * @param bound of its errors
 * @param computation the operation itself; may change its operands
 */
public record OperationCase(
    String operation,
    String detail,
    DType dtype,
    DType stored,
    List<Operand> operands,
    Bound bound,
    Computation computation) {
  /** An operation on tensors of any backend; what it changes in place is what it returns. */
  @FunctionalInterface
  public interface Computation {
    /** Computes. */
    Tensor of(Ops ops, List<Tensor> operands);
  }

  /** Operation and detail. */
  public String name() {
    return operation + " " + detail;
  }

  /** The operands in host memory; no two have the same values. */
  public List<Tensor> host() {
    return IntStream.range(0, operands.size())
        .mapToObj(i -> {
          Operand operand = operands.get(i);
          return operand.host(operand.dtype(dtype, stored), 31L * detail.hashCode() + i);
        })
        .toList();
  }

  /** Brings operands to a backend: weights are placed, all else lies in the innermost scope. */
  public List<Tensor> on(Ops ops, List<Tensor> host) {
    return IntStream.range(0, host.size())
        .mapToObj(i -> operands.get(i).on(ops, host.get(i)))
        .toList();
  }

  /**
   * Operands without values in the innermost scope: enough for a backend that computes nothing. A
   * weight that stays as it is stored is placed as it always is: a tensor does not say how.
   */
  public List<Tensor> allocated(Ops ops) {
    return operands.stream()
        .map(operand ->
            operand.form().isPresent()
                ? operand.on(ops, operand.host(operand.dtype(dtype, stored), 0))
                : ops.allocate(operand.placedDType(dtype, stored), operand.shape()))
        .toList();
  }

  /** Computes the operation on operands of the backend. */
  public Tensor run(Ops ops, List<Tensor> on) {
    return computation.of(ops, on);
  }

  @Override
  public String toString() {
    return "%s %s, weights %s".formatted(name(), lower(dtype), lower(stored));
  }

  private static String lower(DType dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
