package io.zoetrope.tools.bench;

import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.Tensor;
import io.zoetrope.tools.bench.BenchModel.LoadedTransformer;
import java.util.regex.Pattern;

/** The layers of the transformer, without what is in front of and behind them. */
final class BlockWorkload implements Workload {
  private final ForwardWorkload forward;
  private final LoadedTransformer loaded;
  private final BlockTracer tracer = new BlockTracer();

  /** Notes when the modulation, which the blocks wait for, and when the last block was ready. */
  private static final class BlockTracer implements Tracer {
    private static final String MODULATION = "/time_proj";
    private static final Pattern BLOCK = Pattern.compile(".*/blocks\\.\\d+");

    private long begin;
    private long end;
    private long flops;

    @Override
    public void operation(Operation operation) {
      if (operation.path().contains("/blocks.")) {
        flops += operation.flops();
      }
    }

    @Override
    public boolean wants(String path) {
      return path.endsWith(MODULATION) || BLOCK.matcher(path).matches();
    }

    @Override
    public void tensor(String path, Tensor tensor) {
      end = System.nanoTime();
      if (path.endsWith(MODULATION)) {
        begin = end;
        flops = 0;
      }
    }
  }

  BlockWorkload(LoadedTransformer loaded) {
    this.loaded = loaded;
    forward = new ForwardWorkload(loaded, new Ops(loaded.backend(), tracer));
  }

  @Override
  public Sample run() {
    int layers = loaded.model().config().numLayers();
    long scratchBytes = forward.run().scratchBytes();
    return new Sample(
        (tracer.end - tracer.begin) / 1e9 / layers, tracer.flops / layers, scratchBytes);
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
