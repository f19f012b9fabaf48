package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Tracer.Operand;
import io.zoetrope.ops.Tracer.Operation;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TracerTest {
  private static final float EPS = 1e-6f;

  /** Keeps all it is told. */
  private static final class Recorder implements Tracer {
    private final boolean wanted;
    private final List<Operation> operations = new ArrayList<>();
    private final List<String> scopes = new ArrayList<>();
    private final List<long[]> times = new ArrayList<>();

    Recorder(boolean wanted) {
      this.wanted = wanted;
    }

    @Override
    public boolean wantsOperations() {
      return wanted;
    }

    @Override
    public void operation(Operation operation) {
      operations.add(operation);
      times.add(new long[] {operation.startNanos(), operation.startNanos() + operation.nanos()});
    }

    @Override
    public void scope(String path, long startNanos, long nanos) {
      scopes.add(path);
      times.add(new long[] {startNanos, startNanos + nanos});
    }
  }

  private final Recorder recorder = new Recorder(true);
  private final Ops ops = new Ops(new ReferenceBackend(), recorder);

  private static Tensor tensor(long... sizes) {
    return Tensor.zeros(DType.F32, sizes);
  }

  private Operation last() {
    return recorder.operations.getLast();
  }

  private void assertWork(String operation, long flops, long bytes) {
    assertEquals(operation, last().operation());
    assertEquals(flops, last().flops(), operation + ": FLOPs");
    assertEquals(bytes, last().bytes(), operation + ": bytes");
  }

  @Test
  void namesOperandsAndPath() {
    Tensor weight = Tensor.zeros(DType.BF16, 3, 5);
    try (var _ = ops.scope("outer");
        var _ = ops.scope()) {
      ops.linear(tensor(2, 5), weight, tensor(3), Activation.NONE);
    }
    assertEquals("outer", last().path());
    assertEquals(new Operand(DType.F32, Shape.of(2, 3)), last().output());
    assertEquals(
        List.of(
            new Operand(DType.F32, Shape.of(2, 5)),
            new Operand(DType.BF16, Shape.of(3, 5)),
            new Operand(DType.F32, Shape.of(3))),
        last().inputs());
  }

  @Test
  void countsProducts() {
    ops.linear(tensor(2, 5), tensor(3, 5), null, Activation.SILU);
    assertWork("linear", 2 * 2 * 5 * 3, 4 * (2 * 5 + 3 * 5 + 2 * 3));
    ops.attention(tensor(7, 6), tensor(11, 6), tensor(11, 6), 2, 1, null);
    assertWork("attention", 4 * 7 * 11 * 6, 4 * (7 * 6 + 2 * 11 * 6 + 7 * 6));
    Tensor kernel = tensor(3, 2, 1, 2, 2);
    ops.conv3d(tensor(1, 4, 4, 2), null, kernel, null, ConvGeometry.causal(0, 0));
    assertWork("conv3d", 2 * 3 * 3 * 3 * 2 * 4, 4 * (4 * 4 * 2 + 3 * 2 * 4 + 3 * 3 * 3));
  }

  @Test
  void countsMemoryBoundWork() {
    Tensor x = tensor(3, 8);
    Tensor y = tensor(8);
    ops.add(x, y);
    assertWork("add", 24, 4 * (24 + 8 + 24));
    ops.addInPlace(x, x);
    assertWork("addInPlace", 24, 4 * 3 * 24);
    ops.multiply(x, y);
    assertWork("multiply", 24, 4 * (24 + 8 + 24));
    ops.addGatedInPlace(x, x, y);
    assertWork("addGatedInPlace", 2 * 24, 4 * (3 * 24 + 8));
    ops.layerNorm(x, null, null, EPS);
    assertWork("layerNorm", 5 * 24, 4 * 2 * 24);
    ops.layerNorm(x, y, y, EPS);
    assertWork("layerNorm", 7 * 24, 4 * (2 * 24 + 2 * 8));
    ops.adaLayerNorm(x, y, y, EPS);
    assertWork("adaLayerNorm", 7 * 24, 4 * (2 * 24 + 2 * 8));
    ops.rmsNorm(x, y, EPS);
    assertWork("rmsNorm", 4 * 24, 4 * (2 * 24 + 8));
    ops.channelNorm(x, y, Activation.NONE);
    assertWork("channelNorm", 4 * 24, 4 * (2 * 24 + 8));
    ops.ropeInPlace(x, tensor(3, 2), tensor(3, 2), 2);
    assertWork("ropeInPlace", 3 * 24, 4 * (2 * 24 + 2 * 6));
  }

  @Test
  void fusedOperationsCountWhatTheirPartsWould() {
    Tensor x = tensor(2, 5);
    Tensor weight = tensor(3, 5);
    Tensor sum = tensor(2, 3);
    long product = 2 * 2 * 5 * 3;
    ops.linearAddInPlace(sum, x, weight, null, null);
    assertWork("linearAddInPlace", product + 6, 4 * (10 + 15 + 2 * 6));
    ops.linearAddInPlace(sum, x, weight, tensor(3), tensor(3));
    assertWork("linearAddInPlace", product + 2 * 6, 4 * (10 + 15 + 2 * 6 + 3 + 3));
    ops.linearMultiplyInPlace(sum, x, weight, null);
    assertWork("linearMultiplyInPlace", product + 6, 4 * (10 + 15 + 2 * 6));
    ops.linears(x, List.of(weight, weight), Arrays.asList(null, null));
    assertWork("linears", 2 * product, 4 * (10 + 2 * 15 + 2 * 6));
    Tensor rotated = tensor(3, 8);
    ops.rmsNormRopeInPlace(rotated, tensor(8), EPS, tensor(3, 2), tensor(3, 2), 2);
    assertWork("rmsNormRopeInPlace", (4 + 3) * 24, 4 * (2 * 24 + 8 + 2 * 6));
    Tensor video = tensor(1, 4, 4, 2);
    Tensor kernel = tensor(3, 2, 1, 2, 2);
    ops.conv3dAddInPlace(tensor(1, 3, 3, 3), video, null, kernel, null, ConvGeometry.causal(0, 0));
    assertWork("conv3dAddInPlace", 2 * 27 * 2 * 4 + 27, 4 * (32 + 24 + 2 * 27));
  }

  @Test
  void countsWhatStandsAroundTheNetworks() {
    Tensor x = tensor(3, 8);
    ops.linearCombinationInto(x, new double[] {1, 2, 3}, x, x, tensor(3, 8));
    assertWork("linearCombinationInto", 5 * 24, 4 * 4 * 24);
    ops.timestepEmbedding(tensor(2), 6, true, 0);
    assertWork("timestepEmbedding", 0, 4 * (2 + 12));
    ops.toPixels(x);
    assertWork("toPixels", 0, 4 * 24 + 24);
    ops.isFinite(x);
    assertWork("isFinite", 0, 4 * 24 + 1);
    ops.meanDistance(x, tensor(3, 8));
    assertWork("meanDistance", 2 * 24, 4 * 2 * 24 + 8);
  }

  @Test
  void countsNoWorkWhereElementsOnlyMove() {
    Tensor x = tensor(3, 8);
    ops.copy(x);
    assertWork("copy", 0, 4 * 2 * 24);
    ops.upload(x);
    assertWork("upload", 0, 4 * 2 * 24);
    ops.download(x);
    assertWork("download", 0, 4 * 2 * 24);
    ops.embedding(x, new int[] {2, 0}, DType.F32);
    assertWork("embedding", 0, 4 * 2 * 16);
    try (var scope = ops.scope("kept")) {
      ops.copy(x);
      scope.keep(ops.copy(x));
    }
    assertWork("move", 0, 4 * 2 * 24);
    assertEquals("", last().path());
  }

  @Test
  void namedScopesAreToldFromTheInsideOut() {
    try (var _ = ops.scope("a")) {
      try (var _ = ops.scope("b");
          var _ = ops.scope()) {
        ops.copy(tensor(1));
      }
      try (var c = ops.scope("c")) {
        ops.copy(tensor(1000));
        c.keep(ops.copy(tensor(1000)));
      }
    }
    assertEquals(List.of("a/b", "a/c", "a"), recorder.scopes);
  }

  @Test
  void timesNestOrFollowEachOther() {
    namedScopesAreToldFromTheInsideOut();
    for (long[] one : recorder.times) {
      for (long[] other : recorder.times) {
        boolean apart = one[1] <= other[0] || other[1] <= one[0];
        boolean inside = one[0] <= other[0] && other[1] <= one[1];
        boolean around = other[0] <= one[0] && one[1] <= other[1];
        assertTrue(apart || inside || around);
      }
    }
  }

  /** A device that works on its own: what it was asked for is done when somebody waits for it. */
  private static final class Queue extends ForwardingBackend {
    private final List<String> events = new ArrayList<>();
    private int queued;

    Queue() {
      super(new ReferenceBackend());
    }

    @Override
    public void run(io.zoetrope.ops.Operation operation) {
      // Memory that is given back is filled, which nobody has asked for.
      queued += operation instanceof CopyOperation.Fill ? 0 : 1;
    }

    @Override
    public void await() {
      events.add("awaited " + queued);
      queued = 0;
    }

    /** An operation takes as many nanoseconds as operations were in the queue. */
    @Override
    public Stopwatch stopwatch() {
      return new Stopwatch() {
        @Override
        public void start() {
          await();
        }

        @Override
        public long stop() {
          long nanos = queued;
          await();
          return nanos;
        }
      };
    }
  }

  @Test
  void operationsAreTimedOnTheDeviceForWhoeverTimesThem() {
    List<Long> nanos = new ArrayList<>();
    Tracer timing =
        new Tracer() {
          @Override
          public boolean wantsOperations() {
            return true;
          }

          @Override
          public boolean timesOperations() {
            return true;
          }

          @Override
          public void operation(Tracer.Operation operation) {
            nanos.add(operation.nanos());
          }
        };
    Queue device = new Queue();
    try (Ops own = new Ops(device, timing)) {
      own.copy(tensor(1));
      own.copy(tensor(1));
    }
    assertEquals(List.of(1L, 1L), nanos);
    assertEquals(List.of("awaited 0", "awaited 1", "awaited 0", "awaited 1"), device.events);
  }

  @Test
  void theDeviceIsAwaitedAroundScopesThatAreTimedAndAroundNoOthers() {
    Tracer timing =
        new Tracer() {
          @Override
          public boolean wantsOperations() {
            return true;
          }

          @Override
          public boolean timesScope(String path) {
            return path.equals("a/b");
          }
        };
    Queue device = new Queue();
    try (Ops own = new Ops(device, timing);
        var _ = own.scope("a")) {
      own.copy(tensor(1));
      try (var _ = own.scope("b")) {
        own.copy(tensor(1));
        own.copy(tensor(1));
      }
      own.copy(tensor(1));
    }
    assertEquals(List.of("awaited 1", "awaited 2"), device.events);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onlyWhoeverWantsOperationsIsTold(boolean wanted) {
    Recorder asked = new Recorder(wanted);
    try (Ops own = new Ops(new ReferenceBackend(), asked);
        var _ = own.scope("a")) {
      own.linear(tensor(2, 5), tensor(3, 5), null, Activation.NONE);
      assertEquals(2 * 2 * 5 * 3, own.flops());
    }
    assertEquals(wanted ? 1 : 0, asked.operations.size());
    assertEquals(wanted ? 1 : 0, asked.scopes.size());
  }
}
