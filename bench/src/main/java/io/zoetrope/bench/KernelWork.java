package io.zoetrope.bench;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.ops.cases.OperationCase;

/**
 * How much an operation does, as {@link Ops} counts it.
 *
 * @param flops multiplications and additions
 * @param bytes read and written at least once
 */
record KernelWork(long flops, long bytes) {
  /** Counts without computing. */
  static KernelWork of(OperationCase test) {
    Counter counter = new Counter();
    try (DryRunBackend backend = new DryRunBackend();
        Ops ops = new Ops(backend, counter)) {
      test.run(ops, test.allocated(ops));
    }
    return new KernelWork(counter.flops, counter.bytes);
  }

  private static final class Counter implements Tracer {
    private long flops;
    private long bytes;

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public void operation(Operation operation) {
      flops += operation.flops();
      bytes += operation.bytes();
    }
  }
}
