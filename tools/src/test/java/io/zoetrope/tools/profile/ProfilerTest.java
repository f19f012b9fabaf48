package io.zoetrope.tools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer.Operand;
import io.zoetrope.ops.Tracer.Operation;
import io.zoetrope.pipeline.Progress;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProfilerTest {
  /** The stand-in takes a microsecond for each kernel, long after it was asked for it. */
  @NeedsStandIn
  @Test
  void kernelsOfACardAreTimedByItsClock() {
    StandInDriver.start();
    Profiler profiler = new Profiler(Progress.NONE);
    try (Backend backend = BackendProvider.open("cuda", 1);
        Ops ops = new Ops(backend, profiler)) {
      Tensor x = ops.allocate(DType.F32, Shape.of(64));
      ops.fill(x, 1);
      ops.addInPlace(x, x);
      ops.addInPlace(x, x);
    }
    Profile profile =
        profiler.profile("job", "cuda", Map.of(), Optional.empty(), List.of(), profiler.nanos());
    assertEquals(3_000, profile.kernelNanos());
  }

  /** Threads say when they worked; the operations say at what. */
  @Test
  void whatThreadsDidHasTheNameOfTheOperation() {
    Profiler profiler = new Profiler(Progress.NONE);
    profiler.watcher().worked("zoetrope-cpu-1", 110, 20);
    profiler.watcher().worked("zoetrope-cpu-1", 160, 20);
    profiler.watcher().packed("ffn.weight", 120, 5);
    profiler.watcher().worked("main", 90, 5);
    for (String name : List.of("linear", "add")) {
      Operand one = new Operand(DType.F32, Shape.of(2));
      profiler.operation(
          new Operation("", name, one, List.of(one), 2, name.equals("add") ? 130 : 100, 25));
    }
    Profile profile =
        profiler.profile("job", "cpu", Map.of(), Optional.empty(), List.of(), profiler.nanos());
    assertEquals(
        List.of("linear", Profile.Work.UNKNOWN, "ffn.weight", Profile.Work.UNKNOWN),
        profile.works().stream().map(Profile.Work::name).toList());
  }
}
