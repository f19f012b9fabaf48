package io.zoetrope.pipeline.run;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Attention;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
import io.zoetrope.ops.LinearMap;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Stopwatch;
import io.zoetrope.tensor.Conversions;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.HostStorage;
import io.zoetrope.tensor.Lifetime;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * How long operations take on a device. Products are measured, on made-up values and cut to a size
 * that takes some milliseconds, once for each kind that is not {@linkplain KnownRates known}; all
 * else takes the time of its traffic in memory.
 */
final class OperationRates implements AutoCloseable {
  /** Enough rows for a task of every thread, few enough for some milliseconds. */
  private static final long ROWS = 512;

  private static final long FEATURES = 2048;
  private static final long KEYS = 4096;
  private static final long SIDE = 96;

  /** Repeated until so much time has passed: then a clock's grain matters little. */
  private static final double LEAST_SECONDS = 0.03;

  /** The median of so many is hardly moved by what else the machine does. */
  private static final int LEAST_RUNS = 5;

  /** Fewer are enough of what takes so long that a moment's disturbance is little of it. */
  private static final double MOST_SECONDS = 0.1;

  /** A rate that falls below this share of what it was had not been that of compiled code. */
  private static final double SETTLED = 0.8;

  /** The virtual machine compiles what runs often within some seconds. */
  private static final int MOST_ROUNDS = 5;

  /** Whatever is multiplied takes the same time, if no denormal numbers come of it. */
  private static final float VALUE = 0.5f;

  private static final int ALIGNMENT = 64;

  /**
   * A product of one kind: shapes that are measured. The list holds a geometry, where one counts.
   */
  record Kind(String operation, DType dtype, List<Object> shape) {}

  private final Backend device;
  private final Roofline roofline;
  private final KnownRates known;
  private final Stopwatch stopwatch;
  private final Ops ops;
  private final LinkedHashMap<Kind, Measured> measured = new LinkedHashMap<>();
  private Weights weights = new Weights();
  private int rounds = 1;

  /** Whether nobody else can measure the device meanwhile. */
  private boolean isReserved;

  private boolean isSettled;

  /** A kind's rate, and how to measure it again. */
  private record Measured(Preparation preparation, double secondsPerFlop) {}

  /** Memory of weights, open as long as the measurements. */
  private static final class Weights implements Lifetime, AutoCloseable {
    private final Arena arena = Arena.ofShared();

    @Override
    public boolean isOpen() {
      return arena.scope().isAlive();
    }

    @Override
    public Arena arena() {
      return arena;
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /** Of weights while operations were measured here. */
  private KnownRates.Packing packing = KnownRates.Packing.NONE;

  /**
   * Rates of a device.
   *
   * @param device stays the caller's to close
   * @param roofline of the device
   * @param known what was measured before; gets what is measured here when this is closed
   */
  OperationRates(Backend device, Roofline roofline, KnownRates known) {
    this.device = device;
    this.roofline = roofline;
    this.known = known;
    this.stopwatch = device.stopwatch();
    this.ops = new Ops(device);
  }

  /** Seconds that an operation takes whose weights have been used before. */
  double seconds(Operation operation) {
    return switch (operation) {
      case LinearMap.Linears maps -> maps.parts().stream().mapToDouble(this::seconds).sum();
      case LinearMap map -> linear(map);
      case Attention attention -> attention(attention);
      case Convolution convolution -> convolution(convolution);
      default -> traffic(operation);
    };
  }

  /** Seconds for each byte of a weight that are added when it is used for the first time. */
  double packingSecondsPerByte() {
    return known.packing().plus(packing).secondsPerByte();
  }

  private double traffic(Operation operation) {
    double bytes = operation.output().bytes();
    for (Tensor input : operation.inputs()) {
      bytes += input.byteSize();
    }
    return bytes / roofline.bytesPerSecond();
  }

  // ---------------------------------------------------------------- products

  private double linear(LinearMap map) {
    Tensor x =
        switch (map) {
          case LinearMap.Linear linear -> linear.x();
          case LinearMap.Linears linears -> linears.x();
          case LinearMap.LinearAdd add -> add.x();
          case LinearMap.LinearMultiply multiply -> multiply.x();
        };
    Tensor weight = map.weights().getFirst();
    Shape rows = Shape.of(cut(x.size(0), ROWS), cut(weight.size(1), FEATURES));
    Shape table = Shape.of(cut(weight.size(0), FEATURES), rows.size(1));
    Kind kind = new Kind("linear", x.dtype(), List.of(rows, table, weight.dtype()));
    return map.matrixFlops()
        * rate(
            kind,
            () -> {
              Tensor input = filled(x.dtype(), rows);
              Tensor placed = placed(weight.dtype(), table);
              return () -> ops.linear(input, placed, null, Activation.NONE);
            });
  }

  private double attention(Attention attention) {
    Tensor q = attention.q();
    Shape queries = Shape.of(cut(q.size(0), ROWS / 2), q.size(1));
    Shape keys = Shape.of(cut(attention.k().size(0), KEYS), q.size(1));
    int heads = attention.heads();
    Kind kind = new Kind("attention", q.dtype(), List.of(queries, keys, heads));
    return attention.matrixFlops()
        * rate(
            kind,
            () -> {
              Tensor query = filled(q.dtype(), queries);
              Tensor key = filled(q.dtype(), keys);
              return () -> ops.attention(query, key, key, heads, attention.scale(), null);
            });
  }

  private double convolution(Convolution convolution) {
    Shape frames = cutFrames(convolution.x());
    Shape history = convolution.history() == null ? frames : cutFrames(convolution.history());
    boolean hasHistory = convolution.history() != null;
    Tensor weight = convolution.weight();
    ConvGeometry geometry = convolution.geometry();
    DType dtype = convolution.x().dtype();
    Kind kind =
        new Kind(
            "conv3d",
            dtype,
            List.of(frames, history, hasHistory, weight.shape(), weight.dtype(), geometry));
    return convolution.matrixFlops()
        * rate(
            kind,
            () -> {
              Tensor x = filled(dtype, frames);
              Tensor before = hasHistory ? filled(dtype, history) : null;
              Tensor placed = placed(weight.dtype(), weight.shape());
              return () -> ops.conv3d(x, before, placed, null, geometry);
            });
  }

  private static Shape cutFrames(Tensor x) {
    return Shape.of(x.size(0), cut(x.size(1), SIDE), cut(x.size(2), SIDE), x.size(3));
  }

  private static long cut(long size, long most) {
    return Math.min(size, most);
  }

  // ---------------------------------------------------------------- measuring

  /** Makes operands, and an operation on them that can be run again and again. */
  @FunctionalInterface
  private interface Preparation {
    Runnable prepare();
  }

  private double rate(Kind kind, Preparation preparation) {
    Measured here = measured.get(kind);
    if (here != null) {
      return here.secondsPerFlop;
    }
    Double before = known.secondsPerFlop(kind);
    if (before == null && !isReserved) {
      // Two that measure at once would disturb each other, and the other may have had this kind.
      known.reserve();
      isReserved = true;
      before = known.secondsPerFlop(kind);
    }
    if (before != null) {
      return before;
    }
    measured.put(kind, new Measured(preparation, measure(preparation)));
    return measured.get(kind).secondsPerFlop;
  }

  /**
   * Measures again what was measured here if the first kind has become faster since, as code does
   * that the virtual machine compiles while it runs.
   *
   * @return whether it did: then times have to be asked for again
   */
  boolean settle() {
    isSettled = measured.isEmpty() || rounds == MOST_ROUNDS || isAsFastAsBefore();
    if (isSettled) {
      return false;
    }
    rounds++;
    weights.close();
    weights = new Weights();
    packing = KnownRates.Packing.NONE;
    measured.replaceAll((_, kind) -> new Measured(kind.preparation, measure(kind.preparation)));
    return true;
  }

  private boolean isAsFastAsBefore() {
    Measured first = measured.firstEntry().getValue();
    return measure(first.preparation) > SETTLED * first.secondsPerFlop;
  }

  private double measure(Preparation preparation) {
    try (var _ = ops.scope("forecast")) {
      Runnable operation = preparation.prepare();
      long weights = ops.weightBytes();
      double first = run(operation);
      long flops = ops.flops();
      List<Double> runs = new ArrayList<>();
      for (double sum = 0;
          sum < LEAST_SECONDS || runs.size() < LEAST_RUNS && sum < MOST_SECONDS;
          sum += runs.getLast()) {
        runs.add(run(operation));
      }
      Collections.sort(runs);
      double median = runs.get(runs.size() / 2);
      packing =
          packing.plus(
              new KnownRates.Packing(ops.weightBytes() - weights, Math.max(0, first - median)));
      return median * runs.size() / (ops.flops() - flops);
    }
  }

  private double run(Runnable operation) {
    try (var _ = ops.scope()) {
      stopwatch.start();
      operation.run();
      return stopwatch.stop() / 1e9;
    }
  }

  private Tensor filled(DType dtype, Shape shape) {
    Tensor tensor = ops.allocate(dtype, shape);
    ops.fill(tensor, VALUE);
    return tensor;
  }

  /** A weight, in memory that goes when this is closed. */
  private Tensor placed(DType dtype, Shape shape) {
    MemorySegment memory = weights.arena().allocate(shape.count() * dtype.bytes(), ALIGNMENT);
    Tensor weight = Tensor.contiguous(new HostStorage(memory), 0, dtype, shape, weights);
    Conversions.fromFloat(memory, dtype, 0, VALUE);
    for (long done = dtype.bytes(); done < memory.byteSize(); done *= 2) {
      long more = Math.min(done, memory.byteSize() - done);
      MemorySegment.copy(memory, 0, memory, done, more);
    }
    return device.place(weight, dtype);
  }

  /** Lets others know what was measured, if it has settled. */
  @Override
  public void close() {
    ops.close();
    weights.close();
    if (isSettled) {
      measured.forEach((kind, rate) -> known.add(kind, rate.secondsPerFlop));
      known.add(packing);
    }
    if (isReserved) {
      known.release();
    }
  }
}
