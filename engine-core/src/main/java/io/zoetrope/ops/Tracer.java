package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;

/**
 * Sees every operation, every scope and every named intermediate result of an {@link Ops}, and may
 * put something else in the place of a result.
 */
public interface Tracer {
  /** Sees nothing. */
  Tracer NONE = new Tracer() {};

  /** What an operation read or wrote. */
  record Operand(DType dtype, Shape shape) {
    static Operand of(Tensor tensor) {
      return new Operand(tensor.dtype(), tensor.shape());
    }

    /** Size of all elements. */
    public long bytes() {
      return shape.count() * dtype.bytes();
    }

    @Override
    public String toString() {
      return dtype + " " + shape;
    }
  }

  /**
   * One executed operation.
   *
   * <p>FLOPs are the additions, subtractions, multiplications and divisions of the definition,
   * whatever the backend makes of it. Products count two for each pair of factors: linear maps
   * {@code 2 rows in out}, convolutions {@code 2 positions out in kernel} with the padding,
   * attention {@code 4 queries keys features}; biases, activations and the softmax are left out, as
   * is usual. Memory-bound operations count for each element of the result: 1 in sums and products;
   * 2 in gated sums; 5 in a layer norm (mean, difference, square, sum, division) and 1 more for
   * each of its weight, bias, shift and scale; 4 in root mean square and channel norms (square,
   * sum, division, weight); 3 in rope (4 products and 2 sums for a pair); 2 for each term of a
   * linear combination, less 1; 2 for each pair of a mean distance. Copies, look-ups and functions
   * of a single element count nothing. A fused operation counts what its parts would.
   *
   * <p>Bytes are those of the output and of all inputs, each once; for a look-up, of the rows that
   * are read. What is updated in place is input and output.
   *
   * @param path scopes around it, e.g. {@code "blocks.7/attn1"}
   * @param operation method name in {@link Ops}
   * @param output the result; several results of the same rows count as one, side by side
   * @param inputs tensors that were read, without those left out
   * @param flops arithmetic work
   * @param startNanos {@link System#nanoTime} when the device was asked for it
   * @param nanos how long the device took if {@link Tracer#timesOperations}, otherwise how long it
   *     took to ask
   */
  record Operation(
      String path,
      String operation,
      Operand output,
      List<Operand> inputs,
      long flops,
      long startNanos,
      long nanos) {
    /** Bytes that are read and written at least once. */
    public long bytes() {
      return output.bytes() + inputs.stream().mapToLong(Operand::bytes).sum();
    }
  }

  /** Whether somebody looks at what it sees: the nobody of {@link #NONE} does not. */
  default boolean isWatching() {
    return this != NONE;
  }

  /**
   * Whether {@link #operationBegins}, {@link #operation} and {@link #scope} want to be called.
   * Asked once; without it nothing is measured.
   */
  default boolean wantsOperations() {
    return false;
  }

  /**
   * Whether operations are timed on the device, which is awaited after each of them; that makes
   * devices slower which work on their own. Asked once.
   */
  default boolean timesOperations() {
    return false;
  }

  /**
   * Whether the device is awaited when the scope of this path opens and closes, so that its time is
   * that of the work in it, not of asking for it.
   */
  default boolean timesScope(String path) {
    return false;
  }

  /** Called before each operation. */
  default void operationBegins() {}

  /** Called after each operation. */
  default void operation(Operation operation) {}

  /**
   * Called when a named scope closes, after what happened in it.
   *
   * @param path of the scope
   * @param startNanos {@link System#nanoTime} when it was opened
   * @param nanos how long it was open
   */
  default void scope(String path, long startNanos, long nanos) {}

  /** Whether {@link #tensor} wants the result of this name; only then it may be computed. */
  default boolean wants(String path) {
    return false;
  }

  /**
   * A named intermediate result in host memory, valid during the call only.
   *
   * @param path scopes and name, e.g. {@code "blocks.7/norm1"}
   */
  default void tensor(String path, Tensor tensor) {}

  /**
   * Whether {@link #replacement} puts something in the place of the result of this name. What can
   * be looked at but not replaced ends the job with an {@link IrreplaceableException}.
   */
  default boolean replaces(String path) {
    return false;
  }

  /**
   * What takes the place of a named result: everything behind it computes with that. {@link
   * #tensor} is shown it afterwards, if it is wanted. Operations that are fused otherwise are
   * computed one by one where something between them is replaced.
   *
   * @param path scopes and name
   * @param tensor the result, in host memory, valid during the call only
   * @return of the same shape, contiguous, in host memory; rounded to the dtype of the result
   */
  default Tensor replacement(String path, Tensor tensor) {
    return tensor;
  }

  /**
   * What decides how much each query attends to each key: {@code softmax(scale * query key^T +
   * bias)}, head by head.
   *
   * @param query [queries, heads * head dim], in host memory; rows may be strided
   * @param key [keys, heads * head dim], likewise
   * @param bias F32, [heads or 1, queries or 1, keys], in host memory, or null
   */
  record Attending(Tensor query, Tensor key, Tensor bias, int heads, float scale) {}

  /** Whether {@link #attention} wants to see the attention in the scope of this path. */
  default boolean wantsAttention(String path) {
    return false;
  }

  /**
   * An attention that is going to be computed; its tensors are valid during the call only.
   *
   * @param path of the scope, e.g. {@code "blocks.7/attn1"}; several in a row can have the same
   */
  default void attention(String path, Attending attending) {}
}
