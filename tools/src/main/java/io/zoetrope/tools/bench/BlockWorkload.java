package io.zoetrope.tools.bench;

import io.zoetrope.ops.Tracer;
import java.util.regex.Pattern;

/**
 * The layers of the transformer, without what is in front of and behind them. Its arithmetic is all
 * of theirs, not the matrix work alone.
 */
final class BlockWorkload implements Workload {
  private final ForwardWorkload forward;
  private final BlockTracer tracer = new BlockTracer();

  private static final class BlockTracer implements Tracer {
    private static final String INSIDE = "/blocks.";
    private static final Pattern BLOCK = Pattern.compile(".*/blocks\\.\\d+");

    private long nanos;
    private long flops;
    private int blocks;

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public boolean timesScope(String path) {
      return BLOCK.matcher(path).matches();
    }

    @Override
    public void operation(Operation operation) {
      if (operation.path().contains(INSIDE)) {
        flops += operation.flops();
      }
    }

    @Override
    public void scope(String path, long startNanos, long elapsed) {
      if (BLOCK.matcher(path).matches()) {
        nanos += elapsed;
        blocks++;
      }
    }

    void reset() {
      nanos = 0;
      flops = 0;
      blocks = 0;
    }
  }

  BlockWorkload(BenchModel bench, BenchTest test) {
    forward = new ForwardWorkload(bench, test, tracer);
  }

  @Override
  public Sample run() {
    tracer.reset();
    Sample all = forward.run();
    return new Sample(
        tracer.nanos / 1e9 / tracer.blocks,
        tracer.flops / tracer.blocks,
        all.scratchBytes(),
        all.heldBytes());
  }

  @Override
  public WeightTotals weights() {
    return forward.weights();
  }

  @Override
  public String unit() {
    return forward.unit();
  }

  @Override
  public int unitsPerRun() {
    return forward.unitsPerRun();
  }

  @Override
  public void close() {
    forward.close();
  }
}
