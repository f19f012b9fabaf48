package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.ops.Backend;
import io.zoetrope.tensor.DType;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class KernelCasesTest {
  /** Methods that do no work of their own on a device, or whose work is measured as a part. */
  private static final Set<String> NOT_MEASURED =
      Set.of(
          "name",
          "limit",
          "computesInMainMemory",
          "roofline",
          "allocate",
          "free",
          "place",
          "close",
          "convolutionWeightBytes",
          "convolutionWorkspaceBytes",
          "attentionWorkspaceBytes",
          "upload",
          "download",
          "move");

  /** Names that {@link io.zoetrope.ops.Ops} has for them. */
  private static String operation(String method) {
    return switch (method) {
      case "rmsNormRope" -> "rmsNormRopeInPlace";
      case "linearCombination" -> "linearCombinationInto";
      default -> method;
    };
  }

  @Test
  void everyOperationOfABackendIsThere() {
    Set<String> measured =
        KernelCases.all().stream().map(KernelCase::operation).collect(Collectors.toSet());
    Set<String> missing =
        Arrays.stream(Backend.class.getDeclaredMethods())
            .filter(method -> !method.isSynthetic())
            .map(Method::getName)
            .filter(name -> !NOT_MEASURED.contains(name))
            .map(KernelCasesTest::operation)
            .collect(Collectors.toCollection(TreeSet::new));
    missing.removeAll(measured);
    assertEquals(Set.of(), missing);
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
