package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.cases.Catalogue;
import io.zoetrope.ops.cases.OperationCase;
import io.zoetrope.tensor.DType;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class KernelBenchmarkTest {
  /** Multiplications and elements that the emulator does in a second or so. */
  private static final long MOST_WORK = 1 << 22;

  /**
   * Every operation on a device whose memory is its own: in its smallest size, if that is small.
   */
  @TestFactory
  Stream<DynamicTest> runsOnAnyDevice() {
    Map<String, OperationCase> smallest =
        Catalogue.measured(DType.BF16)
            .collect(
                Collectors.toMap(
                    OperationCase::operation,
                    Function.identity(),
                    (a, b) ->
                        Stream.of(a, b)
                            .min(Comparator.comparingLong(KernelBenchmarkTest::work))
                            .orElseThrow()));
    return smallest.values().stream()
        .filter(test -> work(test) < MOST_WORK)
        .map(test -> DynamicTest.dynamicTest(test.name(), () -> run(test)));
  }

  private static long work(OperationCase test) {
    KernelWork work = KernelWork.of(test);
    return work.flops() + work.bytes();
  }

  private static void run(OperationCase test) {
    KernelBenchmark benchmark = new KernelBenchmark();
    benchmark.kernel = test.name();
    benchmark.device = "cuda-emulated";
    benchmark.dtype = test.dtype();
    benchmark.open();
    try {
      benchmark.run();
    } finally {
      benchmark.close();
    }
  }

  @Test
  void workIsThatOfTheFormula() {
    assertEquals(2L * 80 * 256 * 1024, work("linear 80x256x1024 gelu").flops());
    long convolution = work("conv3d 3x3x3 64x64x2x16x16").flops();
    assertEquals(2L * 27 * 64 * 64 * 2 * 16 * 16, convolution);
    assertEquals(4L * 80 * 512 * 4 * 64, work("attention 80x512x4x64").flops());
    assertTrue(work("rmsNorm 80x256").bytes() > 2 * 80 * 256 * 4);
  }

  private static KernelWork work(String name) {
    return KernelWork.of(
        Catalogue.measured(DType.F32)
            .filter(test -> test.name().equals(name))
            .findFirst()
            .orElseThrow());
  }
}
