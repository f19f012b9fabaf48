package io.zoetrope.pipeline.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.HostBackend;
import io.zoetrope.ops.Operation;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.ReferenceBackend;
import io.zoetrope.ops.Roofline;
import io.zoetrope.ops.Stopwatch;
import io.zoetrope.pipeline.JobForecast;
import io.zoetrope.pipeline.Progress.Stage;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

class JobForecasterTest {
  /** Copies a gigabyte a second. */
  private static final Roofline PEAKS = new Roofline(Map.of(DType.F32, 1e9), 1e9);

  private final Backend device = new ReferenceBackend();

  private static Tensor weight(long... sizes) {
    return Tensor.zeros(DType.F32, sizes);
  }

  /** Products of a thousand million rows, which nobody computes, and a sum of as many. */
  private static void products(Consumer<Operation> seen, int times) {
    try (var dry = new DryRunBackend(new ReferenceBackend(), seen);
        Ops ops = new Ops(dry)) {
      Tensor placed = dry.place(weight(8, 8), DType.F32);
      Tensor kernel = dry.place(weight(4, 8, 1, 3, 3), DType.F32);
      for (int i = 0; i < times; i++) {
        try (var _ = ops.scope()) {
          Tensor x = ops.allocate(DType.F32, Shape.of(1_000_000_000, 8));
          ops.addInPlace(x, ops.linear(x, placed, null, Activation.NONE));
          Tensor queries = x.narrow(0, 0, 1_000_000);
          ops.attention(queries, x.narrow(0, 0, 100), x.narrow(0, 0, 100), 2, 1, null);
          Tensor frames = ops.allocate(DType.F32, Shape.of(1, 1000, 1000, 8));
          ops.conv3d(frames, null, kernel, null, ConvGeometry.causal(0, 1));
        }
      }
    }
  }

  @Test
  void aStageTakesTheTimeOfItsOperations() {
    JobForecast forecast =
        JobForecaster.of(
                device,
                new KnownRates(),
                () -> Optional.of(PEAKS),
                counted -> {
                  counted.begin(Stage.DENOISE);
                  products(counted::add, 10);
                  counted.begin(Stage.DECODE);
                  products(counted::add, 5);
                })
            .get()
            .orElseThrow();
    JobForecast.StageForecast denoise = forecast.stage(Stage.DENOISE);
    JobForecast.StageForecast decode = forecast.stage(Stage.DECODE);
    assertEquals(2 * decode.flops(), denoise.flops());
    assertEquals(2, denoise.seconds() / decode.seconds(), 0.01);
    // The sum alone moves 96 GB, 10 times.
    assertTrue(denoise.seconds() > 960, denoise + "");
    assertEquals(denoise.seconds() + decode.seconds(), forecast.seconds(), 1e-9);
  }

  /** Computes nothing; its operations take as long as a clock says. */
  static final class Clocked extends HostBackend {
    private final IntUnaryOperator milliseconds;
    private int runs;

    Clocked(IntUnaryOperator milliseconds) {
      this.milliseconds = milliseconds;
    }

    @Override
    public String name() {
      return "clocked";
    }

    @Override
    public void run(Operation operation) {}

    @Override
    public Stopwatch stopwatch() {
      return new Stopwatch() {
        @Override
        public void start() {}

        @Override
        public long stop() {
          return 1_000_000L * milliseconds.applyAsInt(runs++);
        }
      };
    }

    @Override
    public void close() {}
  }

  private static double seconds(IntUnaryOperator milliseconds) {
    return seconds(new Clocked(milliseconds), new KnownRates());
  }

  private static double seconds(Clocked device, KnownRates known) {
    return JobForecaster.of(
            device,
            known,
            () -> Optional.of(PEAKS),
            counted -> {
              counted.begin(Stage.DECODE);
              products(counted::add, 10);
            })
        .get()
        .orElseThrow()
        .seconds();
  }

  /** Of three kinds of products, each for 30 milliseconds. */
  @Test
  void whatRanBeforeItWasCompiledIsMeasuredAgain() {
    double compiled = seconds(_ -> 2);
    assertEquals(compiled, seconds(run -> run < 12 ? 40 : run < 36 ? 10 : 2), 0.01 * compiled);
    assertTrue(seconds(_ -> 4) > 1.5 * compiled);
  }

  /** Three kinds of products, each to warm up and to measure, and the first one once more. */
  @Test
  void whatTakesLongIsNotRepeated() {
    Clocked device = new Clocked(_ -> 1000);
    seconds(device, new KnownRates());
    assertTrue(device.runs <= 8, device.runs + "");
  }

  @Test
  void whatIsKnownIsNotMeasuredAgain() {
    KnownRates known = new KnownRates();
    Clocked device = new Clocked(_ -> 2);
    double first = seconds(device, known);
    int runs = device.runs;
    assertTrue(runs > 0);
    assertEquals(first, seconds(device, known));
    assertEquals(runs, device.runs);
  }

  @Test
  void shortJobsAndDevicesWithoutAPeakAreNotForecast() {
    JobForecaster.DryRun small =
        counted -> {
          counted.begin(Stage.DECODE);
          products(counted::add, 1);
        };
    assertEquals(
        Optional.empty(),
        JobForecaster.of(device, new KnownRates(), () -> Optional.of(PEAKS), small).get());
    JobForecaster.DryRun large =
        counted -> {
          counted.begin(Stage.DECODE);
          products(counted::add, 10);
        };
    assertEquals(Optional.empty(), JobForecaster.of(device, large).get());
  }
}
