package io.zoetrope.ops;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another backend, and which operations it was asked for. */
public final class SeenOperations implements Backend {
  private final Backend backend;
  private final Set<Class<?>> seen = new LinkedHashSet<>();

  /** Watches a backend, which is closed with this one. */
  public SeenOperations(Backend backend) {
    this.backend = backend;
  }

  /** The operations that were never asked for. */
  public Set<String> missing() {
    return all(Operation.class)
        .filter(operation -> !seen.contains(operation))
        .map(Class::getSimpleName)
        .collect(Collectors.toSet());
  }

  private static Stream<Class<?>> all(Class<?> operation) {
    return operation.isSealed()
        ? Stream.of(operation.getPermittedSubclasses()).flatMap(SeenOperations::all)
        : Stream.of(operation);
  }

  @Override
  public void run(Operation operation) {
    seen.add(operation.getClass());
    backend.run(operation);
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
  public void close() {
    backend.close();
  }
}
