package io.zoetrope.bench;

import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the benchmarks of single operations share: a device, a dtype, and inputs. */
@State(Scope.Benchmark)
public abstract class Setting {
  @Param("cpu")
  public String device;

  /** 0 for one per processor. */
  @Param("0")
  public int threads;

  /** Of activations and weights. */
  @Param({"F32", "BF16"})
  public DType dtype;

  final Values values = new Values();
  Backend backend;
  Ops ops;

  /** Opens the device. */
  @Setup(Level.Trial)
  public void open() {
    backend = BackendProvider.open(device, threads);
    ops = new Ops(backend);
    prepare();
  }

  /** Makes the inputs. */
  abstract void prepare();

  /** Gives everything back. */
  @TearDown(Level.Trial)
  public void close() {
    ops.close();
    backend.close();
  }

  /** The numbers of a shape that is written like {@code 80x256x1024}. */
  static int[] numbers(String shape) {
    return Arrays.stream(shape.split("x")).mapToInt(Integer::parseInt).toArray();
  }
}
