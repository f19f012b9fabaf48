package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;

/** Sees every operation and every named intermediate result of an {@link Ops}. */
public interface Tracer {
  /**
   * One executed operation.
   *
   * @param path scopes around it, e.g. {@code "blocks.7/attn1"}
   * @param operation method name in {@link Ops}
   * @param output shape of the result
   * @param dtype of the result
   * @param flops multiplications and additions of the matrix work, 0 for memory-bound operations
   * @param bytes read and written at least once
   * @param startNanos {@link System#nanoTime} when it began
   * @param nanos how long it took
   */
  record Operation(
      String path,
      String operation,
      Shape output,
      DType dtype,
      long flops,
      long bytes,
      long startNanos,
      long nanos) {}

  /** Called after each operation. */
  default void operation(Operation operation) {}

  /** Whether {@link #tensor} wants the result of this name; only then it may be computed. */
  default boolean wants(String path) {
    return false;
  }

  /**
   * A named intermediate result, valid during the call only.
   *
   * @param path scopes and name, e.g. {@code "blocks.7/norm1"}
   */
  default void tensor(String path, Tensor tensor) {}
}
