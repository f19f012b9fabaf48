package io.zoetrope.ops;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What operations refuse, before any backend sees it. */
class OperandsTest {
  private final Ops ops = new Ops(new DryRunBackend());

  @AfterEach
  void close() {
    ops.close();
  }

  private static void assertRefused(Runnable call) {
    assertThrows(IllegalArgumentException.class, call::run);
  }

  @Test
  void refusesSumsOfOtherShapes() {
    Tensor x = Tensor.zeros(DType.F32, 6, 4);
    Tensor weight = Tensor.zeros(DType.F32, 4, 4);
    for (Tensor out :
        List.of(
            Tensor.zeros(DType.F32, 6, 5),
            Tensor.zeros(DType.F32, 5, 4),
            Tensor.zeros(DType.BF16, 6, 4),
            Tensor.zeros(DType.F32, 6, 8).narrow(1, 0, 4),
            x)) {
      assertRefused(() -> ops.linearAddInPlace(out, x, weight, null, null));
    }
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> ops.linearAddInPlace(Tensor.zeros(DType.F32, 6, 5), x, weight, null, null))
            .getMessage();
    assertTrue(
        message.startsWith("linearAddInPlace in the outermost scope: out")
            && message.contains("[6, 4]"),
        message);
  }

  @Test
  void refusesCombinationsThatDoNotFit() {
    Tensor out = Tensor.zeros(DType.F32, 4);
    double[] two = {1, 1};
    assertRefused(() -> ops.linearCombinationInto(out, two, out));
    assertRefused(() -> ops.linearCombinationInto(out, new double[0]));
    assertRefused(() -> ops.linearCombinationInto(out, two, out, Tensor.zeros(DType.F32, 5)));
    assertRefused(() -> ops.linearCombinationInto(out, new double[] {Double.NaN}, out));
    Tensor[] nine = new Tensor[9];
    Arrays.fill(nine, out);
    assertRefused(() -> ops.linearCombinationInto(out, new double[9], nine));
  }

  @Test
  void refusesTimestepsWithoutChannels() {
    assertRefused(() -> ops.timestepEmbedding(Tensor.zeros(DType.BF16, 2), 4, true, 0));
    assertRefused(() -> ops.timestepEmbedding(Tensor.zeros(DType.F32, 2), 0, true, 0));
    assertRefused(() -> ops.timestepEmbedding(Tensor.zeros(DType.F32, 2), 2, true, 1));
  }
}
