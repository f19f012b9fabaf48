package io.zoetrope.ops;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Another backend, and which operations it was asked for. */
public final class SeenOperations extends ForwardingBackend {
  private final Set<Class<?>> seen = new LinkedHashSet<>();

  /** Watches a backend, which is closed with this one. */
  public SeenOperations(Backend backend) {
    super(backend);
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
    backend().run(operation);
  }
}
