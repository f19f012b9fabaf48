package io.zoetrope.ops.cases;

import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.Tensor;

/**
 * An operation by name: everything that calls operations without being a model goes through it.
 *
 * @param operation name of its method in {@link Ops}
 * @param body reads each argument by the name of the method's parameter, and calls the method
 */
public record Signature(String operation, Body body) {
  /** A call whose arguments have names. */
  @FunctionalInterface
  public interface Body {
    /** Computes; what it changes in place is what it returns. */
    Tensor of(Ops ops, Arguments arguments);
  }

  /**
   * Computes the operation.
   *
   * @return in the innermost scope, or the operand that it changes
   * @throws IllegalArgumentException if an argument is missing
   */
  public Tensor call(Ops ops, Arguments arguments) {
    return body.of(ops, arguments);
  }
}
