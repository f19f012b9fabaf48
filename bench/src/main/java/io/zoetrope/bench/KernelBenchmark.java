package io.zoetrope.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** Times one measured case of the {@link Catalogue}; {@link KernelsCommand} sets the parameters. */
@State(Scope.Benchmark)
public class KernelBenchmark {
  @Param("linear 80x256x256")
  public String kernel;

  @Param("cpu")
  public String device;

  /** 0 for one per processor. */
  @Param("0")
  public int threads;

  /** Of activations and weights. */
  @Param("F32")
  public DType dtype;

  private Backend backend;
  private Ops ops;
  private OperationCase work;
  private List<Tensor> operands;

  /** Opens the device and makes the operands. */
  @Setup(Level.Trial)
  public void open() {
    backend = BackendProvider.open(device, threads);
    ops = new Ops(backend);
    work =
        Catalogue.measured(dtype)
            .filter(test -> test.name().equals(kernel))
            .findFirst()
            .orElseThrow();
    operands = work.on(ops, work.host());
  }

  /** The operation, until it is done. */
  @Benchmark
  public void run() {
    try (var _ = ops.scope("run")) {
      work.run(ops, operands);
    }
    backend.await();
  }

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void close() {
    ops.close();
    backend.close();
  }
}
