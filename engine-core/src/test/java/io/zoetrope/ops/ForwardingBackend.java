package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;

/** Another backend, with a chance to look at what it is asked for. */
abstract class ForwardingBackend implements Backend {
  private final Backend backend;

  /** Forwards to a backend. */
  ForwardingBackend(Backend backend) {
    this.backend = backend;
  }

  /** The other backend. */
  final Backend backend() {
    return backend;
  }

  @Override
  public String name() {
    return backend.name();
  }

  @Override
  public Storage allocate(long bytes) {
    return backend.allocate(bytes);
  }

  @Override
  public void free(Storage storage) {
    backend.free(storage);
  }

  @Override
  public Tensor place(StoredTensor weight, DType rounding) {
    return backend.place(weight, rounding);
  }

  @Override
  public void upload(Tensor out, Tensor host) {
    backend.upload(out, host);
  }

  @Override
  public void download(Tensor host, Tensor x) {
    backend.download(host, x);
  }

  @Override
  public void move(Tensor out, Tensor x) {
    backend.move(out, x);
  }

  @Override
  public void await() {
    backend.await();
  }

  @Override
  public Stopwatch stopwatch() {
    return backend.stopwatch();
  }

  @Override
  public void close() {
    backend.close();
  }
}
