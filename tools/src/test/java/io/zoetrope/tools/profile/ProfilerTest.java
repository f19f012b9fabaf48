package io.zoetrope.tools.profile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
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
}
