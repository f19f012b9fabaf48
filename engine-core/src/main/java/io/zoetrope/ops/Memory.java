package io.zoetrope.ops;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The memory of an {@link Ops}: its stack of scopes over scratch, its buffers, and their peak. */
final class Memory implements AutoCloseable {
  private final Ops ops;
  private final Backend backend;
  private final Scratch scratch;
  private final boolean poison = Boolean.getBoolean("zoetrope.poison");
  private Scope scope;
  private final Set<Weight> weights = new HashSet<>();
  private long bufferBytes;
  private long peakBytes;
  private long weightBytes;
  private long peakWeightBytes;
  private final Map<Class<?>, Long> workspaces = new HashMap<>();
  private long workspaceBytes;

  /**
   * A weight, or the part of one, in a form that is multiplied by. Forms of the same size are one.
   */
  private record Weight(Storage storage, long offset, Shape shape, long bytes) {}

  Memory(Ops ops, Backend backend) {
    this.ops = ops;
    this.backend = backend;
    this.scratch = new Scratch(backend);
    this.scope = new Scope(ops, null, "", scratch.mark());
  }

  /** The innermost open scope. */
  Scope scope() {
    return scope;
  }

  /** The innermost open scope, for people. */
  String place() {
    return scope.path().isEmpty() ? "the outermost scope" : scope.path();
  }

  long peakBytes() {
    return peakBytes;
  }

  long peakWeightBytes() {
    return peakWeightBytes;
  }

  /** Notes that the weights that were read so far are closed. */
  void forgetWeights() {
    weights.clear();
    weightBytes = 0;
  }

  /** Notes that a product reads a weight, in a form of so many bytes. */
  void noteWeight(Tensor weight, long bytes) {
    if (weights.add(new Weight(weight.storage(), weight.offset(), weight.shape(), bytes))) {
      weightBytes += bytes;
      peakWeightBytes = Math.max(peakWeightBytes, weightBytes);
    }
  }

  /**
   * Notes what a backend keeps for itself once it has run an operation; the largest one of a kind
   * counts.
   */
  void noteWorkspace(Operation operation, long bytes) {
    long more = bytes == 0 ? 0 : bytes - workspaces.getOrDefault(operation.getClass(), 0L);
    if (more > 0) {
      workspaces.put(operation.getClass(), bytes);
      workspaceBytes += more;
      notePeak();
    }
  }

  Scope open(String path) {
    scope = new Scope(ops, scope, path, scratch.mark());
    return scope;
  }

  Tensor allocate(DType dtype, Shape shape) {
    Scratch.Block block = scratch.allocate(shape.count() * dtype.bytes());
    notePeak();
    return Tensor.contiguous(
        block.storage(), block.position() / dtype.bytes(), dtype, shape, scope);
  }

  void release(Scope closing) {
    pop(closing, this::poison);
  }

  /** Closes a scope and moves one of its tensors, a contiguous one, into the enclosing scope. */
  Tensor keep(Scope closing, Tensor kept) {
    pop(closing, (_, _, _) -> {});
    Tensor out = allocate(kept.dtype(), kept.shape());
    if (out.storage() != kept.storage() || out.offset() != kept.offset()) {
      // Like memmove: the kept tensor slides down over what was just released.
      ops.move(out, kept);
    }
    return out;
  }

  private void pop(Scope closing, Scratch.RangeVisitor freed) {
    while (closing != scope && scope.isHeld()) {
      pop(scope, freed);
    }
    if (closing != scope) {
      throw new IllegalStateException(
          "close: %s is not the innermost scope, %s is".formatted(closing, scope));
    }
    closing.markClosed();
    scope = closing.parent();
    scratch.release(closing.mark(), freed);
    ops.work().closed(closing);
  }

  /** Makes use after release visible in tests: every F32 and every second BF16 becomes NaN. */
  private void poison(Storage storage, long from, long to) {
    if (poison) {
      Shape shape = Shape.of((to - from) / Float.BYTES);
      Tensor freed =
          Tensor.contiguous(storage, from / Float.BYTES, DType.F32, shape, Lifetime.UNBOUNDED);
      backend.run(new CopyOperation.Fill(freed, Float.NaN));
    }
  }

  Storage allocateBuffer(long bytes) {
    Storage storage = backend.allocate(bytes);
    bufferBytes += bytes;
    notePeak();
    return storage;
  }

  void countHeld(long bytes) {
    bufferBytes += bytes;
    notePeak();
  }

  void freeBuffer(Storage storage) {
    bufferBytes -= storage.byteSize();
    backend.free(storage);
  }

  private void notePeak() {
    peakBytes = Math.max(peakBytes, scratch.heldBytes() + bufferBytes + workspaceBytes);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
