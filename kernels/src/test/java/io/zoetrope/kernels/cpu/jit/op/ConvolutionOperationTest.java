package io.zoetrope.kernels.cpu.jit.op;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cpu.blocks.Winograd;
import io.zoetrope.kernels.cpu.jit.asm.KernelCache;
import io.zoetrope.kernels.cpu.jit.asm.Machine;
import io.zoetrope.kernels.cpu.jit.memory.NativeWorkspace;
import io.zoetrope.kernels.cpu.pool.WorkerPool;
import io.zoetrope.ops.ConvGeometry;
import io.zoetrope.ops.Convolution;
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

  /** Of which it does not matter where the result goes. */
  private static Convolution convolution(Tensor x, Tensor weight, ConvGeometry geometry) {
    return new Convolution(x, x, null, weight, null, geometry, null);
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
      assertEquals(transformed, operation.weightBytes(convolution(x, weight, SAME)));
      ConvGeometry strides = new ConvGeometry(1, 2, 2, 0, 1, 1, 1, 1);
      assertEquals(direct, operation.weightBytes(convolution(x, weight, strides)), "strides");
      Tensor low = Tensor.zeros(DType.F32, 1, 15, 16, 16);
      assertEquals(direct, operation.weightBytes(convolution(low, weight, SAME)), "few tiles");
      Tensor small = Tensor.zeros(DType.F32, 1, 8, 8, 16);
      assertEquals(
          transformed, operation.weightBytes(convolution(small, weight, SAME.upsampled())));
      Tensor thin = Tensor.zeros(DType.F32, 1, 16, 16, 15);
      Tensor few = Tensor.zeros(DType.F32, 32, 15, 3, 3, 3);
      assertEquals(
          direct / 16 * 15, operation.weightBytes(convolution(thin, few, SAME)), "few channels");
      Tensor deep = Tensor.zeros(DType.F32, 1, 16, 16, 80);
      Tensor many = Tensor.zeros(DType.F32, 32, 80, 3, 3, 3);
      assertEquals(
          direct * 5,
          operation.weightBytes(convolution(deep, many, SAME)),
          "a tile for 5 channels");
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
      assertEquals(32 * 16 * bytes, operation.weightBytes(convolution(x, weight, SAME)));
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
      Convolution convolution = new Convolution(out, x, null, weight, null, SAME, null);
      long said = operation.workspaceBytes(convolution);
      operation.run(convolution);
      long kept = pool.workspace().bytes();
      assertTrue(kept >= 0.9 * said && kept <= 1.1 * said, kept + " bytes, not " + said);
    }
  }
}
