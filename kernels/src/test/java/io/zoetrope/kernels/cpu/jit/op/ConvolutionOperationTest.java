package io.zoetrope.kernels.cpu.jit.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which algorithm computes a convolution, and how much memory its threads keep for that. */
class ConvolutionOperationTest {
  private static final ConvGeometry SAME = ConvGeometry.causal(0, 1);

  static Stream<Machine> machines() {
    return Machine.all();
  }

  static Stream<Arguments> machinesAndAlgorithms() {
    return Machine.all()
        .flatMap(machine ->
            Stream.of(ConvolutionAlgorithm.IMPLICIT_GEMM, ConvolutionAlgorithm.WINOGRAD)
                .map(algorithm -> Arguments.of(machine, algorithm)));
  }

  private static Products products(Machine machine, WorkerPool<NativeWorkspace> pool) {
    KernelCache kernels = new KernelCache(machine.loader());
    return new Products(machine.set(), kernels, pool, new RowRunner(machine.set(), kernels, pool));
  }

  @ParameterizedTest
  @MethodSource("machines")
  void filtersMinimallyWhereThatPays(Machine machine) {
    try (WorkerPool<NativeWorkspace> pool = new WorkerPool<>(1, NativeWorkspace::new)) {
      var operation = new ConvolutionOperation(products(machine, pool), ConvolutionAlgorithm.AUTO);
      Tensor x = Tensor.zeros(DType.F32, 1, 16, 16, 16);
      Tensor weight = Tensor.zeros(DType.F32, 32, 16, 3, 3, 3);
      int direct = 32 * 16 * 27 * Float.BYTES;
      int transformed = 32 * 16 * 3 * Winograd.POSITIONS * Float.BYTES;
      assertEquals(transformed, operation.weightBytes(x, weight, SAME));
      ConvGeometry strides = new ConvGeometry(1, 2, 2, 0, 1, 1, 1, 1);
      assertEquals(direct, operation.weightBytes(x, weight, strides), "strides");
      Tensor low = Tensor.zeros(DType.F32, 1, 15, 16, 16);
      assertEquals(direct, operation.weightBytes(low, weight, SAME), "few tiles");
      Tensor small = Tensor.zeros(DType.F32, 1, 8, 8, 16);
      assertEquals(transformed, operation.weightBytes(small, weight, SAME.upsampled()));
      Tensor thin = Tensor.zeros(DType.F32, 1, 16, 16, 15);
      Tensor few = Tensor.zeros(DType.F32, 32, 15, 3, 3, 3);
      assertEquals(direct / 16 * 15, operation.weightBytes(thin, few, SAME), "few channels");
      Tensor deep = Tensor.zeros(DType.F32, 1, 16, 16, 80);
      Tensor many = Tensor.zeros(DType.F32, 32, 80, 3, 3, 3);
      assertEquals(direct * 5, operation.weightBytes(deep, many, SAME), "a tile for 5 channels");
    }
  }

  @ParameterizedTest
  @MethodSource("machines")
  void keepsProductsOfHalvesWhereTheyAreFaster(Machine machine) {
    try (WorkerPool<NativeWorkspace> pool = new WorkerPool<>(1, NativeWorkspace::new)) {
      var operation = new ConvolutionOperation(products(machine, pool), ConvolutionAlgorithm.AUTO);
      Tensor x = Tensor.zeros(DType.BF16, 1, 16, 16, 16);
      Tensor weight = Tensor.zeros(DType.BF16, 32, 16, 1, 3, 3);
      int bytes =
          machine.set().multipliesHalves()
              ? 9 * DType.BF16.bytes()
              : Winograd.POSITIONS * DType.F32.bytes();
      assertEquals(32 * 16 * bytes, operation.weightBytes(x, weight, SAME));
    }
  }

  /** Borders keep windows from being read in place. */
  @ParameterizedTest
  @MethodSource("machinesAndAlgorithms")
  void workspacesAreAsLargeAsIsSaid(Machine machine, ConvolutionAlgorithm algorithm) {
    try (WorkerPool<NativeWorkspace> pool = new WorkerPool<>(1, NativeWorkspace::new)) {
      var operation = new ConvolutionOperation(products(machine, pool), algorithm);
      Tensor x = Tensor.zeros(DType.F32, 1, 9, 14, 48);
      Tensor weight = Tensor.zeros(DType.F32, 40, 48, 1, 3, 3);
      Tensor out = Tensor.zeros(DType.F32, 1, 9, 14, 40);
      long said = operation.workspaceBytes(out, x, weight, SAME);
      operation.run(out, x, null, weight, null, SAME, null);
      long kept = pool.workspace().bytes();
      assertTrue(kept >= 0.9 * said && kept <= 1.1 * said, kept + " bytes, not " + said);
    }
  }
}
