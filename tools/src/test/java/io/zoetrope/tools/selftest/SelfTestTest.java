package io.zoetrope.tools.selftest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.CudaBackend;
import io.zoetrope.kernels.cuda.emulated.EmulatedRuntime;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.emulator.PtxModule;
import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.Trial;
import io.zoetrope.tensor.DType;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class SelfTestTest {
  private static final long MEMORY = 512L << 20;

  private final StringWriter out = new StringWriter();
  private final SelfTest.Definition definition = new SelfTest.Definition();
  private final SelfTestTable table = new SelfTestTable(new PrintWriter(out, true));

  /** Knows what was launched. */
  private static final class CountingRuntime extends EmulatedRuntime {
    private final Set<String> launched = new TreeSet<>();

    CountingRuntime(Function<String, PtxModule> modules) {
      super(2, MEMORY, modules);
      watch(launch -> launched.add(launch.kernel()));
    }
  }

  private static List<Trial> trials(DType dtype, String... titles) {
    return Catalogue.trials()
        .filter(
            trial -> trial.typical().dtype() == dtype && List.of(titles).contains(trial.title()))
        .toList();
  }

  @Test
  void everyKernelIsRunAndRight() {
    CountingRuntime runtime = new CountingRuntime(EmulatedRuntime::libraryModule);
    try (CudaBackend backend = new CudaBackend(runtime)) {
      new SelfTest(backend, Optional.of(runtime), definition).run(table::add);
    }
    assertTrue(table.end(), out.toString());
    assertEquals(new TreeSet<>(new PtxLibrary().kernels()), runtime.launched);
    assertFalse(out.toString().contains("FLOP/s"), "an emulator has no times");
  }

  @Test
  void aWrongKernelIsFound() {
    PtxModule mutant =
        PtxModule.parse(new PtxLibrary().moduleOf("multiply").replace("mul.f32", "add.f32"));
    EmulatedRuntime runtime =
        new CountingRuntime(
            kernel -> kernel.equals("multiply") ? mutant : EmulatedRuntime.libraryModule(kernel));
    try (CudaBackend backend = new CudaBackend(runtime)) {
      List<Trial> trials = trials(DType.BF16, "add and a vector", "multiply and a vector");
      new SelfTest(backend, Optional.of(runtime), definition, trials).run(table::add);
    }
    assertFalse(table.end());
    assertTrue(out.toString().contains("WRONG"), out.toString());
    assertTrue(
        out.toString().endsWith("1 results are wrong: please report this table\n"), out.toString());
  }

  /** The emulator with a clock, for which every measurement takes 4 milliseconds. */
  private static final class TimedRuntime extends EmulatedRuntime {
    TimedRuntime(long memory) {
      super(2, memory);
    }

    @Override
    public boolean hasClock() {
      return true;
    }

    @Override
    public double seconds(Runnable work) {
      work.run();
      return 4e-3;
    }

    @Override
    public Limits limits() {
      return new Limits(1e11, 0);
    }
  }

  /** 40 MiB suffice for a slab of scratch memory, but not for the sizes to time. */
  @Test
  void whatIsTooLargeForACardHasNoTime() {
    EmulatedRuntime runtime = new TimedRuntime(40L << 20);
    try (CudaBackend backend = new CudaBackend(runtime)) {
      new SelfTest(
              backend,
              Optional.of(runtime),
              definition,
              trials(DType.BF16, "add and a vector", "addInPlace"))
          .run(result -> {
            table.add(result);
            assertTrue(result.speed().isEmpty());
          });
    }
    assertTrue(table.end(), out.toString());
    assertEquals(4, out.toString().lines().count());
  }

  @Test
  void aCardHasTimesAndShares() {
    EmulatedRuntime runtime = new TimedRuntime(MEMORY);
    // [150, 128] by [136, 128]: 5,222,400 operations. A sum of [150, 128] moves 150 * 128 * 4 + 256
    // bytes.
    List<Trial> trials =
        trials(DType.BF16, "linear", "add and a vector").stream()
            .map(trial -> new Trial(trial.title(), trial.typical(), Optional.of(trial.typical())))
            .toList();
    try (CudaBackend backend = new CudaBackend(runtime)) {
      new SelfTest(backend, Optional.of(runtime), definition, trials)
          .run(result -> {
            table.add(result);
            SelfTestResult.Speed speed = result.speed().orElseThrow();
            // Repeated 50 times in the second measurement.
            assertEquals(4e-3 / 50, speed.seconds());
            boolean isSum = result.operation().equals("add and a vector");
            assertEquals(
                (isSum ? 150 * 128 * 4 + 256 : 2.0 * 150 * 128 * 136) * 50 / 4e-3,
                speed.perSecond(),
                1);
            assertEquals(isSum ? 0 : 2.0 * 150 * 128 * 136 * 50 / 4e-3 / 1e11, speed.share(), 1e-9);
          });
    }
    assertTrue(table.end(), out.toString());
    assertTrue(out.toString().contains(" 0.1 TFLOP/s    65 %"), out.toString());
  }
}
