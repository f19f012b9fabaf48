package io.zoetrope.kernels.cuda.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cuda.driver.CudaDriver;
import io.zoetrope.kernels.cuda.driver.DriverRuntime;
import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a weight holds when it cannot be placed: nothing. */
@NeedsStandIn
class PlacedWeightsTest {
  private static final int INVALID_VALUE = 1;

  private final StandInDriver standIn = StandInDriver.start();

  private static DriverRuntime open() {
    return new DriverRuntime(CudaDriver.open().device(0), _ -> "");
  }

  private static StoredTensor zeros(long... sizes) {
    return StoredTensor.of("zeros", Tensor.zeros(DType.F32, sizes));
  }

  /** One whose file is gone. */
  private static StoredTensor lost(long... sizes) {
    return StoredTensor.withoutElements("lost", DType.F32, Shape.of(sizes));
  }

  /** Memory for a weight of 4 MiB, which stays, or for none, which is streamed then. */
  @ParameterizedTest
  @ValueSource(longs = {64L << 20, 8})
  void aWeightThatCannotBeReadHoldsNothing(long weightBytes) {
    try (DriverRuntime runtime = open()) {
      int pinned = standIn.pinnedBlocks();
      PlacedWeights weights = new PlacedWeights(runtime, weightBytes);
      StoredTensor lost = lost(1 << 10, 1 << 10);
      assertThrows(IllegalStateException.class, () -> weights.place(lost, DType.F32));
      assertEquals(0, standIn.usedBytes());
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  /** The first weight fills half of its group. */
  @Test
  void aWeightThatCannotBeReadLeavesItsGroupAsItWas() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = new PlacedWeights(runtime, 16 << 20);
      int before = standIn.pinnedBlocks();
      // What stays takes so much that matrices from here on are streamed.
      weights.place(zeros(3 << 20), DType.F32);
      weights.place(zeros(1 << 9, 1 << 9), DType.F32);
      int pinned = standIn.pinnedBlocks();
      assertEquals(before + 1, pinned);
      StoredTensor lost = lost(1 << 9, 1 << 9);
      assertThrows(IllegalStateException.class, () -> weights.place(lost, DType.F32));
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  @Test
  void aWeightThatCannotBeCopiedHoldsNothing() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = new PlacedWeights(runtime, 1 << 20);
      standIn.fail("cuMemcpyHtoDAsync_v2", INVALID_VALUE, 0);
      StoredTensor vector = zeros(8);
      assertThrows(CudaException.class, () -> weights.place(vector, DType.F32));
      assertEquals(0, standIn.usedBytes());
    }
  }
}
