package io.zoetrope.kernels.cuda.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.encoding.StoredTensor;
import io.zoetrope.kernels.cuda.driver.CudaDriver;
import io.zoetrope.kernels.cuda.driver.DriverRuntime;
import io.zoetrope.kernels.cuda.op.DecodeOperation;
import io.zoetrope.kernels.cuda.op.Launcher;
import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.runtime.PtxLibrary;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.ops.Residence;
import io.zoetrope.tensor.DType;
import io.zoetrope.tensor.Shape;
import io.zoetrope.tensor.Tensor;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a weight holds when it cannot be placed: nothing. */
@NeedsStandIn
class PlacedWeightsTest {
  private static final int INVALID_VALUE = 1;

  private final StandInDriver standIn = StandInDriver.start();

  private static DriverRuntime open() {
    return new DriverRuntime(CudaDriver.open().device(0), new PtxLibrary()::moduleOf);
  }

  private static PlacedWeights placed(DriverRuntime runtime, long weightBytes) {
    return new PlacedWeights(
        runtime, weightBytes, new DecodeOperation(new Launcher(runtime, new Workspace(runtime))));
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
      PlacedWeights weights = placed(runtime, weightBytes);
      StoredTensor lost = lost(1 << 10, 1 << 10);
      assertThrows(
          IllegalStateException.class, () -> weights.place(lost, DType.F32, Residence.PACKED));
      assertEquals(0, standIn.usedBytes());
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  /** The first weight fills half of its group. */
  @Test
  void aWeightThatCannotBeReadLeavesItsGroupAsItWas() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = placed(runtime, 16 << 20);
      int before = standIn.pinnedBlocks();
      // What stays takes so much that matrices from here on are streamed.
      weights.place(zeros(3 << 20), DType.F32, Residence.PACKED);
      weights.place(zeros(1 << 9, 1 << 9), DType.F32, Residence.PACKED);
      int pinned = standIn.pinnedBlocks();
      assertEquals(before + 1, pinned);
      StoredTensor lost = lost(1 << 9, 1 << 9);
      assertThrows(
          IllegalStateException.class, () -> weights.place(lost, DType.F32, Residence.PACKED));
      assertEquals(pinned, standIn.pinnedBlocks());
    }
  }

  @Test
  void aWeightThatCannotBeCopiedHoldsNothing() {
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = placed(runtime, 1 << 20);
      standIn.fail("cuMemcpyHtoDAsync_v2", INVALID_VALUE, 0);
      StoredTensor vector = zeros(8);
      assertThrows(CudaException.class, () -> weights.place(vector, DType.F32, Residence.PACKED));
      assertEquals(0, standIn.usedBytes());
    }
  }

  /**
   * What has no room decoded stays as it is stored; what has none even so comes from pinned memory
   * in that form. Its numbers are the same.
   */
  @ParameterizedTest
  @CsvSource({"64, false, 0", "4, true, 0", "1, true, 1"})
  void aMatrixWithoutRoomStaysAsItIsStored(long mebibytes, boolean stays, int pinnedMore) {
    StoredTensor codes = fp8(1 << 11, 1 << 10);
    try (DriverRuntime runtime = open()) {
      PlacedWeights weights = placed(runtime, mebibytes << 20);
      int pinned = standIn.pinnedBlocks();
      Tensor weight = weights.place(codes, DType.BF16, Residence.PACKED);
      assertEquals(stays, weight.storage().isReadAnew());
      assertEquals(pinned + pinnedMore, standIn.pinnedBlocks());
      Tensor numbers = Tensor.zeros(DType.BF16, 1 << 11, 1 << 10);
      runtime.copyToHost(numbers.segment(), DeviceStorage.addressOf(weight));
      assertEquals(-1, numbers.segment().mismatch(codes.in(DType.BF16).segment()));
    }
  }

  private static StoredTensor fp8(long... sizes) {
    Tensor codes = Tensor.zeros(DType.F8_E4M3, sizes);
    for (long i = 0; i < codes.count(); i++) {
      codes.segment().set(ValueLayout.JAVA_BYTE, i, (byte) (i * 37 % 127));
    }
    return StoredTensor.of("fp8", codes);
  }
}
