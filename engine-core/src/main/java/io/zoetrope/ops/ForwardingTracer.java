package io.zoetrope.ops;

import io.zoetrope.tensor.Tensor;

/** Shows another tracer all that it sees; subclasses add to it or change it. */
public abstract class ForwardingTracer implements Tracer {
  private final Tracer behind;

  /** A tracer before another one. */
  protected ForwardingTracer(Tracer behind) {
    this.behind = behind;
  }

  @Override
  public boolean isWatching() {
    return behind.isWatching();
  }

  @Override
  public boolean wantsOperations() {
    return behind.wantsOperations();
  }

  @Override
  public boolean timesOperations() {
    return behind.timesOperations();
  }

  @Override
  public boolean timesScope(String path) {
    return behind.timesScope(path);
  }

  @Override
  public void operationBegins() {
    behind.operationBegins();
  }

  @Override
  public void operation(Operation operation) {
    behind.operation(operation);
  }

  @Override
  public void scope(String path, long startNanos, long nanos) {
    behind.scope(path, startNanos, nanos);
  }

  @Override
  public boolean wants(String path) {
    return behind.wants(path);
  }

  @Override
  public void tensor(String path, Tensor tensor) {
    behind.tensor(path, tensor);
  }

  @Override
  public boolean replaces(String path) {
    return behind.replaces(path);
  }

  @Override
  public Tensor replacement(String path, Tensor tensor) {
    return behind.replacement(path, tensor);
  }

  @Override
  public boolean wantsAttention(String path) {
    return behind.wantsAttention(path);
  }

  @Override
  public void attention(String path, Attending attending) {
    behind.attention(path, attending);
  }
}
