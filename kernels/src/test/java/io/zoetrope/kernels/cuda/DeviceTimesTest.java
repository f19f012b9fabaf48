package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Backend;
import io.zoetrope.ops.BackendProvider;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.Tracer;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Times are those of the work that a device does, not of asking for it. */
class DeviceTimesTest {
  private static final int ELEMENTS = 64;

  /** For the stand-in driver every piece of work takes so long, whatever the host does. */
  private static final long NANOS_OF_WORK = 1000;

  /** Keeps what kernels have run when it hears of scopes, and the times of operations. */
  private static final class Recorder implements Tracer {
    private final boolean timesOperations;
    private final Supplier<? extends Iterable<String>> kernelsRun;
    private final List<String> scopes = new ArrayList<>();
    private final List<Operation> operations = new ArrayList<>();

    Recorder(boolean timesOperations, Supplier<? extends Iterable<String>> kernelsRun) {
      this.timesOperations = timesOperations;
      this.kernelsRun = kernelsRun;
    }

    @Override
    public boolean wantsOperations() {
      return true;
    }

    @Override
    public boolean timesOperations() {
      return timesOperations;
    }

    @Override
    public boolean timesScope(String path) {
      return path.equals("timed");
    }

    @Override
    public void scope(String path, long startNanos, long nanos) {
      Set<String> run = new TreeSet<>();
      kernelsRun.get().forEach(run::add);
      scopes.add("%s after %s".formatted(path, run));
    }

    @Override
    public void operation(Operation operation) {
      operations.add(operation);
    }
  }

  private static Tensor tensor(Ops ops) {
    Tensor tensor = ops.allocate(DType.F32, Shape.of(ELEMENTS));
    ops.fill(tensor, 1);
    return tensor;
  }

  @NeedsStandIn
  @Test
  void operationsTakeAsLongAsTheirKernels() {
    StandInDriver standIn = StandInDriver.start();
    Recorder recorder = new Recorder(true, standIn::kernelsRun);
    try (Backend backend = BackendProvider.open("cuda", 1);
        Ops ops = new Ops(backend, recorder)) {
      Tensor x = tensor(ops);
      ops.add(x, x);
      Tensor row = x.reshape(1, ELEMENTS);
      ops.linears(row, List.of(row, row), Arrays.asList(null, null));
    }
    assertEquals(
        List.of(NANOS_OF_WORK, NANOS_OF_WORK, 2 * NANOS_OF_WORK),
        recorder.operations.stream().map(Tracer.Operation::nanos).toList());
    assertEquals(List.of(), standIn.errors());
  }

  @NeedsStandIn
  @Test
  void scopesThatAreTimedHaveEndedWhenTheyAreTold() {
    StandInDriver standIn = StandInDriver.start();
    Recorder recorder = new Recorder(false, standIn::kernelsRun);
    try (Backend backend = BackendProvider.open("cuda", 1);
        Ops ops = new Ops(backend, recorder)) {
      try (var _ = ops.scope("asked")) {
        tensor(ops);
      }
      try (var _ = ops.scope("timed")) {
        Tensor x = tensor(ops);
        ops.add(x, x);
      }
    }
    assertEquals(List.of("asked after []", "timed after [add, fill]"), recorder.scopes);
  }

  @Test
  void theEmulatorsTimeIsTheHosts() {
    Recorder recorder = new Recorder(true, List::of);
    EmulatorRuntime runtime = new EmulatorRuntime();
    try (Ops ops = new Ops(new CudaBackend(runtime), recorder)) {
      tensor(ops);
      long start = System.nanoTime();
      tensor(ops);
      long nanos = System.nanoTime() - start;
      long last = recorder.operations.getLast().nanos();
      assertTrue(last > 0 && last <= nanos, () -> last + " of " + nanos);
      assertTrue(runtime.seconds(() -> tensor(ops)) > 0);
    }
    assertEquals(3, runtime.launches().size());
  }
}
