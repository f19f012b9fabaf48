package io.zoetrope.kernels.cuda.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.kernels.cuda.driver.CudaDriver;
import io.zoetrope.kernels.cuda.driver.DriverRuntime;
import io.zoetrope.kernels.cuda.driver.SmallPieces;
import io.zoetrope.kernels.cuda.runtime.CudaRuntime;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInCard;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.kernels.cuda.standin.StreamOrder;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two slots of device memory for many weights, with streams that take every allowed order. */
@NeedsStandIn
class StreamedWeightsTest {
  private static final int COUNT = 1 << 10;
  private static final long BYTES = (long) COUNT * Float.BYTES;

  private static DriverRuntime open() {
    return new DriverRuntime(CudaDriver.open().device(0), _ -> "");
  }

  private static StandInDriver start(StreamOrder order) {
    return StandInDriver.start(order, 12_060, StandInCard.USUAL);
  }

  /** Weights whose elements are their number; two of them make a group. */
  private static List<StreamedWeights.Weight> place(StreamedWeights weights, int count) {
    List<StreamedWeights.Weight> placed = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      StreamedWeights.Weight weight = weights.add(BYTES);
      fill(weight, BYTES, i);
      placed.add(weight);
    }
    return placed;
  }

  private static void fill(StreamedWeights.Weight weight, long bytes, float value) {
    float[] values = new float[(int) (bytes / Float.BYTES)];
    Arrays.fill(values, value);
    weight.write(0, MemorySegment.ofArray(values));
  }

  /**
   * Copies each weight aside on the device, as a kernel would read it, then looks at the copies.
   */
  private static float[][] use(CudaRuntime runtime, List<StreamedWeights.Weight> order) {
    long[] copies = new long[order.size()];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = runtime.allocate(BYTES);
      runtime.copyOnDevice(copies[i], order.get(i).address(), BYTES);
    }
    float[][] values = new float[copies.length][COUNT];
    for (int i = 0; i < copies.length; i++) {
      runtime.copyToHost(MemorySegment.ofArray(values[i]), copies[i]);
      runtime.free(copies[i]);
    }
    return values;
  }

  private static float[][] expected(int... numbers) {
    float[][] values = new float[numbers.length][COUNT];
    for (int i = 0; i < numbers.length; i++) {
      Arrays.fill(values[i], numbers[i]);
    }
    return values;
  }

  @ParameterizedTest
  @EnumSource(StreamOrder.class)
  void everyWeightIsThereWhenItIsUsed(StreamOrder order) {
    start(order);
    try (DriverRuntime runtime = open()) {
      StreamedWeights weights = new StreamedWeights(runtime, 2 * BYTES);
      List<StreamedWeights.Weight> placed = place(weights, 7);
      for (int step = 0; step < 2; step++) {
        assertArrayEquals(expected(0, 1, 2, 3, 4, 5, 6), use(runtime, placed));
      }
      assertArrayEquals(
          expected(6, 2, 2, 0, 5),
          use(
              runtime,
              List.of(placed.get(6), placed.get(2), placed.get(2), placed.get(0), placed.get(5))));
    }
  }

  /** What is written and what is pinned at once need not end at the same places. */
  @ParameterizedTest
  @ValueSource(ints = {100, 1000, 1777, 10_000})
  void weightsCrossTheBordersOfPinnedPieces(int pieceBytes) {
    StandInDriver standIn = start(StreamOrder.LATEST);
    byte[] bytes = new byte[4000];
    new Random(1).nextBytes(bytes);
    byte[] back = new byte[bytes.length];
    try (DriverRuntime runtime = SmallPieces.open(pieceBytes)) {
      int before = standIn.pinnedBlocks();
      StreamedWeights.Weight weight = new StreamedWeights(runtime, 2 * BYTES).add(bytes.length);
      assertEquals(Math.ceilDiv(4096, pieceBytes), standIn.pinnedBlocks() - before);
      for (int start = 0; start < bytes.length; start += 1777) {
        int end = Math.min(start + 1777, bytes.length);
        weight.write(start, MemorySegment.ofArray(Arrays.copyOfRange(bytes, start, end)));
      }
      runtime.copyToHost(MemorySegment.ofArray(back), weight.address());
      weight.free();
      assertEquals(before, standIn.pinnedBlocks());
    }
    assertArrayEquals(bytes, back);
  }

  @Test
  void twoSlotsAreAllThatTheDeviceHolds() {
    StandInDriver standIn = start(StreamOrder.LATEST);
    try (DriverRuntime runtime = open()) {
      StreamedWeights weights = new StreamedWeights(runtime, 2 * BYTES);
      List<StreamedWeights.Weight> placed = place(weights, 7);
      use(runtime, placed);
      assertEquals(4 * BYTES, standIn.usedBytes());
      placed.forEach(StreamedWeights.Weight::free);
      assertEquals(0, standIn.usedBytes());
    }
  }

  @Test
  void theLastWeightOfAGroupLeavesNothingBehind() {
    StandInDriver standIn = start(StreamOrder.LATEST);
    try (DriverRuntime runtime = open()) {
      StreamedWeights weights = new StreamedWeights(runtime, 2 * BYTES);
      List<StreamedWeights.Weight> placed = place(weights, 1);
      int pinned = standIn.pinnedBlocks();
      for (int i = 1; i <= 2; i++) {
        weights.add(BYTES).free();
        assertEquals(pinned, standIn.pinnedBlocks());
      }
      placed.addFirst(weights.add(BYTES));
      fill(placed.getFirst(), BYTES, 3);
      assertArrayEquals(expected(3, 0), use(runtime, placed));
      assertEquals(4 * BYTES, standIn.usedBytes());
    }
  }

  @Test
  void whatIsWrittenBesideAWeightIsRefused() {
    start(StreamOrder.LATEST);
    try (DriverRuntime runtime = open()) {
      StreamedWeights.Weight weight = new StreamedWeights(runtime, BYTES).add(10);
      MemorySegment four = MemorySegment.ofArray(new byte[4]);
      weight.write(6, four);
      assertThrows(IndexOutOfBoundsException.class, () -> weight.write(7, four));
      assertThrows(IndexOutOfBoundsException.class, () -> weight.write(-1, four));
    }
  }

  @Test
  void aPassOverAllWeightsUploadsEachOnce() {
    StandInDriver standIn = start(StreamOrder.LATEST);
    try (DriverRuntime runtime = open()) {
      StreamedWeights weights = new StreamedWeights(runtime, 2 * BYTES);
      List<StreamedWeights.Weight> placed = place(weights, 6);
      use(runtime, placed);
      standIn.calls().clear();
      use(runtime, placed);
      assertEquals(
          placed.size(), standIn.calls().stream().filter("cuMemcpyHtoDAsync_v2"::equals).count());
    }
  }

  @ParameterizedTest
  @EnumSource(StreamOrder.class)
  void weightsThatComeLaterGetLargerSlots(StreamOrder order) {
    start(order);
    try (DriverRuntime runtime = open()) {
      StreamedWeights weights = new StreamedWeights(runtime, 2 * BYTES);
      List<StreamedWeights.Weight> placed = place(weights, 5);
      use(runtime, placed);
      StreamedWeights.Weight large = weights.add(5 * BYTES);
      fill(large, 5 * BYTES, 9);
      assertArrayEquals(
          expected(9, 0, 2), use(runtime, List.of(large, placed.get(0), placed.get(2))));
      placed.get(0).free();
      placed.get(1).free();
      assertArrayEquals(expected(2, 9), use(runtime, List.of(placed.get(2), large)));
    }
  }

  /** What is said of freed memory is only worth something if memory that stays is noticed. */
  @Test
  void memoryThatIsNotFreedIsNoticed() {
    StandInDriver standIn = start(StreamOrder.LATEST);
    standIn.ignore("cuMemFree_v2");
    try (DriverRuntime runtime = open()) {
      List<StreamedWeights.Weight> placed = place(new StreamedWeights(runtime, 2 * BYTES), 7);
      placed.getFirst().address();
      assertEquals(4 * BYTES, standIn.usedBytes());
      placed.forEach(StreamedWeights.Weight::free);
      assertEquals(4 * BYTES, standIn.usedBytes());
    }
  }

  /**
   * The orders of the stand-in driver are only worth something if they show what is missing: an
   * upload that does not wait for the kernels (the first wait, and every second from there) comes
   * too early where other streams go first, and kernels that do not wait for it where all is done
   * as late as possible.
   */
  @ParameterizedTest
  @CsvSource({"0, OTHERS_FIRST", "1, LATEST"})
  void withoutOneOfTheWaitsWeightsAreWrong(int wait, StreamOrder order) {
    StandInDriver standIn = start(order);
    standIn.ignoreEverySecond("cuStreamWaitEvent", wait);
    try (DriverRuntime runtime = open()) {
      List<StreamedWeights.Weight> placed = place(new StreamedWeights(runtime, 2 * BYTES), 7);
      assertFalse(Arrays.deepEquals(expected(0, 1, 2, 3, 4, 5, 6), use(runtime, placed)));
    }
  }
}
