package io.zoetrope.ops;

import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Tensor;
import java.util.function.Supplier;

/** Shows named results to a {@link Tracer}, and puts what it replaces in their place. */
final class Taps {
  private final Ops ops;
  private final Memory memory;
  private final Work work;

  Taps(Ops ops, Memory memory, Work work) {
    this.ops = ops;
    this.memory = memory;
    this.work = work;
  }

  /** A result, which is overwritten where it is replaced. */
  void result(String path, Tensor tensor) {
    if (work.replaces(path)) {
      requireReplaceable(path, tensor.lifetime() != Lifetime.UNBOUNDED);
      replace(path, tensor);
    }
    show(path, tensor);
  }

  /** Returns what an operation reads: the tensor itself, or a replaced copy of it. */
  Tensor operand(String path, Tensor tensor) {
    Tensor read = tensor;
    if (work.replaces(path)) {
      read = ops.copy(tensor);
      replace(path, read);
    }
    show(path, read);
    return read;
  }

  /** A result that is computed for the tracer only. */
  void computed(String path, Supplier<Tensor> tensor) {
    requireReplaceable(path, !work.replaces(path));
    if (work.shows(path)) {
      try (var _ = memory.open(path)) {
        show(path, tensor.get());
      }
    }
  }

  /**
   * Looks into an operation that leaves a result of the current scope out of memory. Where that is
   * replaced, the operation is computed in two parts.
   *
   * @return whether it is computed
   */
  boolean runInParts(Operation operation) {
    String path = memory.scope().path();
    boolean isReplaced = work.replaces(path);
    if (!isReplaced && !work.shows(path)) {
      return false;
    }
    try (var _ = memory.open(path)) {
      Operation unstored = operation.unstored(memory::allocate);
      if (unstored == null) {
        return false;
      }
      Tensor stored = ops.compute(unstored);
      if (isReplaced) {
        replace(path, stored);
        operation.behind(stored, memory::allocate).forEach(ops::compute);
      }
      show(path, stored);
      return isReplaced;
    }
  }

  /** Shows what decides about the weights of an attention in the current scope. */
  void attention(Tensor query, Tensor key, int heads, float scale, Tensor bias) {
    String path = memory.scope().path();
    if (work.tracer().wantsAttention(path)) {
      Tensor added = bias == null ? null : onHost(bias);
      work.tracer()
          .attention(path, new Tracer.Attending(onHost(query), onHost(key), added, heads, scale));
    }
  }

  private static void requireReplaceable(String path, boolean isReplaceable) {
    if (!isReplaceable) {
      throw new IrreplaceableException(path);
    }
  }

  private void show(String path, Tensor tensor) {
    if (work.shows(path)) {
      work.tracer().tensor(path, onHost(tensor));
    }
  }

  private void replace(String path, Tensor tensor) {
    Tensor replacement = work.tracer().replacement(path, onHost(tensor));
    if (!replacement.shape().equals(tensor.shape())) {
      throw new IllegalArgumentException(
          "replacement of %s: %s does not have the shape of %s"
              .formatted(path, replacement, tensor));
    }
    ops.copyInto(tensor, replacement);
  }

  private Tensor onHost(Tensor tensor) {
    return Ops.onHost(tensor) ? tensor : ops.download(tensor);
  }
}
