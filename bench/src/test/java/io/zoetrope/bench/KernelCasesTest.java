package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.DryRunBackend;
import io.zoetrope.ops.Ops;
import io.zoetrope.ops.SeenOperations;
import io.zoetrope.tensor.DType;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KernelCasesTest {
  @Test
  void everyOperationIsThere() {
    try (SeenOperations backend = new SeenOperations(new DryRunBackend());
        Ops ops = new Ops(backend)) {
      Set<String> operations = new HashSet<>();
      for (KernelCase kernel : KernelCases.all()) {
        if (operations.add(kernel.operation())) {
          kernel.work().apply(new Inputs(backend, DType.BF16, new Values())).accept(ops);
        }
      }
      assertEquals(Set.of(), backend.missing());
    }
  }

  @Test
  void namesAreDifferent() {
    List<String> names = KernelCases.all().stream().map(KernelCase::name).toList();
    assertEquals(names.size(), Set.copyOf(names).size());
  }

  /** {@link io.zoetrope.ops.Ops} checks the operands; nothing is computed. */
  @Test
  void operandsFit() {
    for (KernelCase kernel : KernelCases.all()) {
      if (kernel.shape().startsWith("80x") || kernel.shape().contains("64x64x2x16x16")) {
        for (DType dtype : new DType[] {DType.F32, DType.BF16}) {
          assertTrue(KernelWork.of(kernel, dtype).bytes() > 0, kernel.name());
        }
      }
    }
  }

  @Test
  void workIsThatOfTheFormula() {
    KernelWork linear = work("linear", "80x256x1024 gelu");
    assertEquals(2L * 80 * 256 * 1024, linear.flops());
    KernelWork convolution = work("conv3d", "3x3x3 64x64x2x16x16");
    assertEquals(2L * 27 * 64 * 64 * 2 * 16 * 16, convolution.flops());
    KernelWork attention = work("attention", "80x512x4x64");
    assertEquals(4L * 80 * 512 * 4 * 64, attention.flops());
  }

  private static KernelWork work(String operation, String shape) {
    KernelCase kernel =
        KernelCases.all().stream()
            .filter(item -> item.name().equals(operation + " " + shape))
            .findFirst()
            .orElseThrow();
    return KernelWork.of(kernel, DType.F32);
  }
}
