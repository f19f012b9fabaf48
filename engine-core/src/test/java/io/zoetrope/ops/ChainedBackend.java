package io.zoetrope.ops;

import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Storage;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Another backend, which runs the chain of an operation that has one. It stays open. */
final class ChainedBackend extends ForwardingBackend {
  ChainedBackend(Backend backend) {
    super(backend);
  }

  @Override
  public void run(Operation operation) {
    List<Storage> between = new ArrayList<>();
    operation
        .chain((dtype, shape) -> {
          Storage storage = allocate(shape.count() * dtype.bytes());
          between.add(storage);
          return Tensor.contiguous(storage, 0, dtype, shape, Lifetime.UNBOUNDED);
        })
        .forEach(backend()::run);
    between.forEach(this::free);
  }

  @Override
  public void close() {}
}
