package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.emulator.report.LaunchReport;
import io.zoetrope.ops.Activation;
import io.zoetrope.ops.Ops;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the emulator counts where nothing need be wasted. */
class CountersOfKernelsTest {
  private static final int ELEMENTS = 4096;

  /** The launches of a kernel. */
  private static List<LaunchReport> launches(String kernel, Consumer<Ops> work) {
    EmulatorRuntime runtime = new EmulatorRuntime();
    try (Ops ops = new Ops(new CudaBackend(runtime))) {
      work.accept(ops);
    }
    return runtime.launches().stream().filter(launch -> launch.kernel().equals(kernel)).toList();
  }

  private static LaunchReport launch(String kernel, Consumer<Ops> work) {
    List<LaunchReport> launches = launches(kernel, work);
    assertEquals(1, launches.size(), kernel);
    return launches.getFirst();
  }

  /** Whole vectors of columns, and columns one by one. */
  @Test
  void sumsOfAProductPassSharedMemoryWithoutConflicts() {
    for (int features : new int[] {128, 127}) {
      LaunchReport launch =
          launch(
              "linear_bf16_none",
              ops ->
                  ops.linear(
                      ops.upload(Tensor.zeros(DType.BF16, 128, 32)),
                      ops.upload(Tensor.zeros(DType.BF16, features, 32)),
                      null,
                      Activation.NONE));
      assertEquals(0, launch.bankConflicts(), launch::summary);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void copiesBetweenTypesUseWholeSectors(DType from) {
    DType to = from == DType.F32 ? DType.BF16 : DType.F32;
    LaunchReport launch =
        launch("strided_copy", ops -> ops.cast(ops.upload(Tensor.zeros(from, ELEMENTS)), to));
    assertEquals(ELEMENTS * (2 + 4), launch.globalBytes());
    assertEquals(ELEMENTS * (2 + 4) / 32, launch.globalSectors(), launch::summary);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "BF16"})
  void fillsUseWholeSectors(DType dtype) {
    LaunchReport launch =
        launch("fill", ops -> ops.fill(ops.upload(Tensor.zeros(dtype, ELEMENTS)), 1));
    assertEquals(ELEMENTS * dtype.bytes() / 32, launch.globalSectors(), launch::summary);
  }
}
