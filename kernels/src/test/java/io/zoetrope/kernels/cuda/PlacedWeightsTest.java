package io.zoetrope.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.kernels.cuda.driver.CudaDriver;
import io.zoetrope.kernels.cuda.driver.DriverRuntime;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a weight holds when it cannot be placed: nothing. */
class PlacedWeightsTest {
  private static final int INVALID_VALUE = 1;

  private final StandInDriver standIn = StandInDriver.start();

  private static DriverRuntime open() {
    return new DriverRuntime(CudaDriver.open().device(0), _ -> "");
  }

  /** Memory for a weight of 4 MiB, which stays, or for none, which is streamed then. */
  @ParameterizedTest
  @ValueSource(longs = {64L << 20, 8})
  void aWeightThatCannotBeConvertedHoldsNothing(long weightBytes) {
    try (DriverRuntime runtime = open()) {
      int pinned = standIn.pinnedBlocks();
      PlacedWeights weights = new PlacedWeights(runtime, weightBytes);
      Tensor complex = Tensor.zeros(DType.C64, 1 << 10, 1 << 10);
      assertThrows(IllegalArgumentException.class, () -> weights.place(complex, DType.F32));
      assertEquals(0, standIn.usedBytes());
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  /** The first weight fills half of its group. */
  @Test
  void aWeightThatCannotBeConvertedLeavesItsGroupAsItWas() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = new PlacedWeights(runtime, 16 << 20);
      int before = standIn.pinnedBlocks();
      // What stays takes so much that matrices from here on are streamed.
      weights.place(Tensor.zeros(DType.F32, 3 << 20), DType.F32);
      weights.place(Tensor.zeros(DType.F32, 1 << 9, 1 << 9), DType.F32);
      int pinned = standIn.pinnedBlocks();
      assertEquals(before + 1, pinned);
      Tensor complex = Tensor.zeros(DType.C64, 1 << 9, 1 << 9);
      assertThrows(IllegalArgumentException.class, () -> weights.place(complex, DType.F32));
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  @Test
  void aWeightThatCannotBeCopiedHoldsNothing() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = new PlacedWeights(runtime, 1 << 20);
      standIn.fail("cuMemcpyHtoDAsync_v2", INVALID_VALUE, 0);
      Tensor vector = Tensor.zeros(DType.F32, 8);
      assertThrows(CudaException.class, () -> weights.place(vector, DType.F32));
      assertEquals(0, standIn.usedBytes());
    }
  }
}
