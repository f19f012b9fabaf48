package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.kernels.cuda.runtime.CudaException;
import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInCard;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.kernels.cuda.standin.StreamOrder;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Through the native code of JCuda, over the stand-in driver. */
@NeedsStandIn
class DriverRuntimeTest {
  private static final int OUT_OF_MEMORY = 2;
  private static final int INVALID_PTX_VERSION = 222;
  private static final int ILLEGAL_ADDRESS = 700;

  private static DriverRuntime open() {
    return new DriverRuntime(CudaDriver.open().device(0), _ -> TestKernels.SCALE);
  }

  private static long upload(DriverRuntime runtime, float... values) {
    long address = runtime.allocate((long) values.length * Float.BYTES);
    runtime.copyToDevice(address, MemorySegment.ofArray(values));
    return address;
  }

  private static float[] download(DriverRuntime runtime, long address, int count) {
    float[] values = new float[count];
    runtime.copyToHost(MemorySegment.ofArray(values), address);
    return values;
  }

  @ParameterizedTest
  @EnumSource(StreamOrder.class)
  void copiesMoreThanItStages(StreamOrder order) {
    StandInDriver.start(order, 12_060, StandInCard.USUAL);
    byte[] bytes = new byte[(20 << 20) + 3];
    new Random(1).nextBytes(bytes);
    try (DriverRuntime runtime = open()) {
      long first = runtime.allocate(bytes.length);
      long second = runtime.allocate(bytes.length);
      MemorySegment host = MemorySegment.ofArray(bytes.clone());
      runtime.copyToDevice(first, host);
      host.fill((byte) 0);
      runtime.copyOnDevice(second, first, bytes.length);
      byte[] back = new byte[bytes.length];
      runtime.copyToHost(MemorySegment.ofArray(back), second);
      assertArrayEquals(bytes, back);
    }
  }

  /** Whether bytes come back as they were if the host does not wait for the pieces it stages. */
  private static boolean copies(boolean waitsThere, boolean waitsBack) {
    StandInDriver standIn = StandInDriver.start();
    byte[] bytes = new byte[20 << 20];
    new Random(1).nextBytes(bytes);
    byte[] back = new byte[bytes.length];
    try (DriverRuntime runtime = open()) {
      long address = runtime.allocate(bytes.length);
      heed(standIn, "cuEventSynchronize", waitsThere);
      runtime.copyToDevice(address, MemorySegment.ofArray(bytes));
      runtime.synchronize();
      heed(standIn, "cuEventSynchronize", waitsBack);
      runtime.copyToHost(MemorySegment.ofArray(back), address);
    }
    return Arrays.equals(bytes, back);
  }

  private static void heed(StandInDriver standIn, String function, boolean isHeeded) {
    if (isHeeded) {
      standIn.heed(function);
    } else {
      standIn.ignore(function);
    }
  }

  @Test
  void withoutWaitsForPiecesACopyIsWrong() {
    assertTrue(copies(true, true));
    assertFalse(copies(false, true));
    assertFalse(copies(true, false));
  }

  private static void freeAfterLaunch(DriverRuntime runtime) {
    long values = upload(runtime, 1, 2);
    runtime.launch("scale", 1, 1, 1, 32, 1, 1, 0, values, new long[] {0, 2}, 2f, 1);
    runtime.free(values);
  }

  private static void freeAfterUpload(DriverRuntime runtime) {
    long values = runtime.allocate(8);
    runtime.startUpload(values, runtime.pin(8));
    runtime.free(values);
  }

  private static void unpinAfterUpload(DriverRuntime runtime) {
    List<MemorySegment> pinned = runtime.pin(8);
    runtime.startUpload(runtime.allocate(8), pinned);
    pinned.forEach(runtime::unpin);
  }

  /** What the driver complains of once it does work whose memory was given back. */
  private static List<String> errorsAfter(
      Consumer<DriverRuntime> release, Consumer<StandInDriver> bug) {
    StandInDriver standIn = StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      bug.accept(standIn);
      release.accept(runtime);
      standIn.heed("cuStreamSynchronize");
      runtime.startUpload(runtime.allocate(8), runtime.pin(8)).awaitBeforeNextLaunch();
      runtime.synchronize();
    } catch (CudaException _) {
      // The driver's own words are returned.
    }
    return standIn.errors();
  }

  /** Freeing waits for the kernels first, then for the uploads; unpinning for the uploads. */
  @Test
  void withoutWaitsMemoryIsGivenBackTooEarly() {
    String wait = "cuStreamSynchronize";
    assertEquals(List.of(), errorsAfter(DriverRuntimeTest::freeAfterLaunch, _ -> {}));
    assertNotEquals(
        List.of(),
        errorsAfter(DriverRuntimeTest::freeAfterLaunch, bug -> bug.ignoreEverySecond(wait, 0)));
    assertEquals(List.of(), errorsAfter(DriverRuntimeTest::freeAfterUpload, _ -> {}));
    assertNotEquals(
        List.of(),
        errorsAfter(DriverRuntimeTest::freeAfterUpload, bug -> bug.ignoreEverySecond(wait, 1)));
    assertEquals(List.of(), errorsAfter(DriverRuntimeTest::unpinAfterUpload, _ -> {}));
    assertNotEquals(
        List.of(), errorsAfter(DriverRuntimeTest::unpinAfterUpload, bug -> bug.ignore(wait)));
  }

  private static String refusal(DriverRuntime runtime, Object... arguments) {
    return assertThrows(
            IllegalArgumentException.class,
            () -> runtime.launch("scale", 1, 1, 1, 32, 1, 1, 0, arguments))
        .getMessage();
  }

  @Test
  void launchesTakeEveryKindOfArgument() {
    StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 1, 2, 3, 4, 5);
      runtime.launch("scale", 1, 1, 1, 32, 1, 1, 0, values, new long[] {1, 3}, 0.5f, 2);
      assertArrayEquals(new float[] {1, 0.5f, 0.75f, 1, 5}, download(runtime, values, 5));
      assertEquals(
          "scale: parameter 3, scale_factor, is .f32; argument Integer 2 does not fit",
          refusal(runtime, values, new long[] {1, 3}, 2, 0.5f));
      assertEquals(
          "scale: parameter 4, scale_repeats, is .u32; argument Long 2 does not fit",
          refusal(runtime, values, new long[] {1, 3}, 0.5f, 2L));
      assertEquals(
          "scale takes 4 arguments (scale_values, scale_range, scale_factor, scale_repeats), not 2",
          refusal(runtime, values, "1"));
      assertArrayEquals(new float[] {1, 0.5f, 0.75f, 1, 5}, download(runtime, values, 5));
    }
  }

  @Test
  void anotherThreadMayTakeOver() {
    StandInDriver standIn = StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 1, 2);
      float[] read = CompletableFuture.supplyAsync(() -> download(runtime, values, 2)).join();
      assertArrayEquals(new float[] {1, 2}, read);
      assertTrue(standIn.calls().contains("cuCtxSetCurrent"));
    }
  }

  @Test
  void outOfMemorySaysHowMuchIsLeftAndTheDeviceGoesOn() {
    StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 3);
      var error =
          assertThrows(CudaException.OutOfMemory.class, () -> runtime.allocate(1500L << 20));
      assertEquals(
          "allocating 1500 MiB on cuda:0 (stand-in A100) failed with CUDA_ERROR_OUT_OF_MEMORY: 1023"
              + " of 1024 MiB are free; use a smaller size, fewer frames or --vae-tiling",
          error.getMessage());
      assertArrayEquals(new float[] {3}, download(runtime, values, 1));
    }
  }

  @Test
  void whatIsPinnedInPiecesIsPinnedWhollyOrNotAtAll() {
    StandInDriver standIn = StandInDriver.start();
    try (DriverRuntime runtime = SmallPieces.open(100)) {
      int before = standIn.pinnedBlocks();
      List<MemorySegment> pieces = runtime.pin(256);
      assertEquals(List.of(100L, 100L, 56L), pieces.stream().map(MemorySegment::byteSize).toList());
      standIn.fail("cuMemAllocHost_v2", OUT_OF_MEMORY, 2);
      assertThrows(CudaException.OutOfMemory.class, () -> runtime.pin(256));
      assertEquals(before + 3, standIn.pinnedBlocks());
      pieces.forEach(runtime::unpin);
      assertEquals(before, standIn.pinnedBlocks());
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, PinnedMemory.MAX_BYTES + 1})
  void piecesThatCannotBePinnedAreRefused(long pieceBytes) {
    StandInDriver standIn = StandInDriver.start();
    assertThrows(IllegalArgumentException.class, () -> SmallPieces.open(pieceBytes).close());
    assertFalse(standIn.hasContext());
  }

  @Test
  void moreSharedMemoryThanTheCardHasIsRefused() {
    StandInDriver.start(
        StreamOrder.LATEST, 12_060, new StandInCard("NVIDIA GeForce RTX 4090", 89, 1 << 30));
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 1);
      assertThrows(
          CudaException.class,
          () ->
              runtime.launch(
                  "scale", 1, 1, 1, 32, 1, 1, 100 << 10, values, new long[] {0, 1}, 2f, 1));
    }
  }

  @Test
  void aFaultyKernelLosesTheDeviceUntilItIsOpenedAgain() {
    StandInDriver standIn = StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 1);
      // 8 values where there is one: the emulator sees the access, as a card would.
      runtime.launch("scale", 1, 1, 1, 32, 1, 1, 0, values, new long[] {0, 8}, 2f, 1);
      var error = assertThrows(CudaException.DeviceLost.class, runtime::synchronize);
      assertEquals(
          "waiting for the device on cuda:0 (stand-in A100) failed with"
              + " CUDA_ERROR_ILLEGAL_ADDRESS; the last kernel launched was scale: set"
              + " CUDA_LAUNCH_BLOCKING=1 to learn which one failed",
          error.getMessage());
      var later = assertThrows(CudaException.DeviceLost.class, () -> upload(runtime, 1));
      assertTrue(later.getMessage().contains("the device was lost before"), later.getMessage());
      runtime.free(values);
    }
    assertFalse(standIn.hasContext());
    try (DriverRuntime runtime = open()) {
      assertArrayEquals(new float[] {7}, download(runtime, upload(runtime, 7), 1));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"cuStreamCreate", "cuMemAllocHost_v2", "cuEventCreate", "cuCtxCreate_v2"})
  void whatFailsToOpenHoldsNothing(String function) {
    StandInDriver standIn = StandInDriver.start();
    standIn.fail(function, OUT_OF_MEMORY, 0);
    assertThrows(CudaException.OutOfMemory.class, DriverRuntimeTest::open);
    assertFalse(standIn.hasContext());
  }

  @Test
  void aCopyThatFailsIsReported() {
    StandInDriver standIn = StandInDriver.start();
    standIn.fail("cuMemcpyHtoDAsync_v2", ILLEGAL_ADDRESS, 1);
    try (DriverRuntime runtime = open()) {
      upload(runtime, 1);
      assertThrows(CudaException.DeviceLost.class, () -> upload(runtime, 1));
    }
  }

  @Test
  void whatTheDriverCannotCompileIsReportedWithItsReason() {
    StandInDriver.start();
    try (DriverRuntime runtime =
        new DriverRuntime(CudaDriver.open().device(0), _ -> ".version 7.0\n.target nonsense(")) {
      var error =
          assertThrows(CudaException.class, () -> runtime.launch("scale", 1, 1, 1, 1, 1, 1, 0, 0L));
      assertTrue(
          error
              .getMessage()
              .startsWith(
                  "compiling the module of kernel scale on cuda:0 (stand-in A100) failed: PTX line"),
          error.getMessage());
    }
  }

  @Test
  void aDriverTooOldForThePtxIsToBeReplaced() {
    StandInDriver.start().fail("cuModuleLoadDataEx", INVALID_PTX_VERSION, 0);
    try (DriverRuntime runtime = open()) {
      var error =
          assertThrows(CudaException.class, () -> runtime.launch("scale", 1, 1, 1, 1, 1, 1, 0, 0L));
      assertTrue(error.getMessage().endsWith("install a newer driver from NVIDIA"));
    }
  }

  @Test
  void aKernelThatIsNotThereIsNamed() {
    StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      var error =
          assertThrows(
              CudaException.class, () -> runtime.launch("shrink", 1, 1, 1, 1, 1, 1, 0, 0L));
      assertEquals(
          "looking for kernel shrink on cuda:0 (stand-in A100) failed with CUDA_ERROR_NOT_FOUND",
          error.getMessage());
    }
  }

  @Test
  void sharedMemoryIsAskedForOnce() {
    StandInDriver standIn = StandInDriver.start();
    try (DriverRuntime runtime = open()) {
      long values = upload(runtime, 1);
      for (int shared : new int[] {100 << 10, 1024, 90 << 10}) {
        runtime.launch("scale", 1, 1, 1, 32, 1, 1, shared, values, new long[] {0, 1}, 2f, 1);
      }
      assertArrayEquals(new float[] {8}, download(runtime, values, 1));
      assertEquals(1, standIn.calls().stream().filter("cuFuncSetAttribute"::equals).count());
    }
  }
}
