package io.zoetrope.ops;

import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Tensor;

/**
 * A named stretch of work. Tensors that {@link Ops} allocates inside it live until it closes; the
 * name is part of the path in traces and errors.
 */
public final class Scope implements Lifetime, AutoCloseable {
  private final Ops ops;
  private final Scope parent;
  private final String path;
  private final Scratch.Mark mark;
  private final long startNanos;
  private boolean open = true;
  private boolean held;

  Scope(Ops ops, Scope parent, String path, Scratch.Mark mark) {
    this.ops = ops;
    this.parent = parent;
    this.path = path;
    this.mark = mark;
    this.startNanos = ops.work().opened(path);
  }

  Scope parent() {
    return parent;
  }

  String path() {
    return path;
  }

  Scratch.Mark mark() {
    return mark;
  }

  /** When it was opened, if a tracer wants to know. */
  long startNanos() {
    return startNanos;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  /**
   * Closes this scope and moves one of its tensors into the enclosing one: how a function returns
   * its result and frees its intermediates. A tensor of an outer scope is returned as it is.
   */
  public Tensor keep(Tensor tensor) {
    return ops.keep(this, tensor);
  }

  /**
   * Leaves this scope open, whatever closes it, until a product has been added to something: how a
   * layer returns one, whose operands are intermediates of its own. Should that never happen, it
   * closes with the scope around it.
   */
  public PendingProduct hold(PendingProduct product) {
    held = true;
    return product.then(() -> {
      held = false;
      close();
    });
  }

  /** Whether it is open for the sake of a product. */
  boolean isHeld() {
    return held;
  }

  /** Releases the memory of this scope, unless it is held. Closing again does nothing. */
  @Override
  public void close() {
    if (open && !held) {
      ops.memory().release(this);
    }
  }

  void markClosed() {
    open = false;
  }

  @Override
  public String toString() {
    return "scope '" + path + "'";
  }
}
