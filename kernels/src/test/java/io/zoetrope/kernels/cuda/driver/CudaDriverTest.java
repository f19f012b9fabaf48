package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.zoetrope.kernels.cuda.standin.StandInCard;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.kernels.cuda.standin.StreamOrder;
import io.zoetrope.ops.DeviceUnavailableException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a machine can lack, and what users are told. */
class CudaDriverTest {
  private static final int STUB_LIBRARY = 34;

  private static void assertUnavailable(String message, Executable open) {
    assertEquals(message, assertThrows(DeviceUnavailableException.class, open).getMessage());
  }

  private static StandInDriver start(int version, StandInCard... cards) {
    return StandInDriver.start(StreamOrder.LATEST, version, cards);
  }

  @Test
  void findsDevicesAndTheirLimits() {
    start(12_060, StandInCard.USUAL, new StandInCard("NVIDIA GeForce RTX 4090", 89, 1 << 30));
    CudaDriver driver = CudaDriver.open();
    assertEquals("12.6", driver.version());
    assertEquals(
        "[cuda:0 (stand-in A100), cuda:1 (NVIDIA GeForce RTX 4090)]", driver.devices().toString());
    CudaDevice device = driver.device(0);
    assertEquals(80, device.capability());
    assertEquals(2, device.multiprocessors());
    assertEquals(163 << 10, device.maxSharedBytes());
    assertEquals(2 * 1215e6 * 5120 / 8, device.memoryBytesPerSecond());
    assertEquals(2 * 1410e6 * 2048, device.tensorFlops());
    assertEquals(2 * 1410e6 * 512, driver.device(1).tensorFlops());
    assertEquals(99 << 10, driver.device(1).maxSharedBytes());
  }

  @ParameterizedTest
  @CsvSource({"NVIDIA L40, 512", "NVIDIA L40S, 1024", "NVIDIA L4, 1024"})
  void cardsOfACapabilityDiffer(String name, int perClock) {
    start(12_060, new StandInCard(name, 89, 1 << 30));
    assertEquals(2 * 1410e6 * perClock, CudaDriver.open().device(0).tensorFlops());
  }

  @Test
  void withoutADriverThereIsOneLine() {
    assertUnavailable(
        "libcuda-absent.so.1 was not found: install NVIDIA's driver, or use --device cpu or"
            + " cuda-emulated",
        () -> CudaDriver.open(NativeLibrary.of("libcuda-absent.so.1", "absent.dll", "cuInit")));
  }

  @Test
  void aDriverWithoutAFunctionIsTooOld() {
    String library = StandInDriver.compileWithout("cuMemcpyDtoDAsync_v2");
    assertUnavailable(
        library
            + " is too old, it lacks cuMemcpyDtoDAsync_v2: install NVIDIA's driver, or use --device"
            + " cpu or cuda-emulated",
        () ->
            CudaDriver.open(new NativeLibrary(library, library, CudaDriver.library().functions())));
  }

  @Test
  void anOldDriverIsTooOld() {
    start(10_020, StandInCard.USUAL);
    assertUnavailable(
        "NVIDIA's driver is for CUDA 10.2, at least 11.0 is needed: install NVIDIA's driver, or use"
            + " --device cpu or cuda-emulated",
        CudaDriver::open);
  }

  @Test
  void aDriverWithoutCardsHasNoDevice() {
    start(12_060);
    assertUnavailable(
        "NVIDIA's driver is there but has no device: check with nvidia-smi and CUDA_VISIBLE_DEVICES,"
            + " or use --device cpu",
        CudaDriver::open);
  }

  @Test
  void aDriverThatDoesNotStartIsNamed() {
    start(12_060, StandInCard.USUAL).fail("cuInit", STUB_LIBRARY, 0);
    assertUnavailable(
        "starting NVIDIA's driver failed with CUDA_ERROR_STUB_LIBRARY: check it with nvidia-smi, or"
            + " use --device cpu",
        CudaDriver::open);
  }

  @Test
  void aNumberBeyondTheDevicesIsUnknown() {
    start(12_060, StandInCard.USUAL);
    assertUnavailable(
        "device cuda:1 is unknown: this machine has 1, [cuda:0 (stand-in A100)]",
        () -> CudaDriver.open().device(1));
  }

  @Test
  void anOldCardIsTooOld() {
    start(12_060, new StandInCard("NVIDIA GeForce RTX 2080", 75, 1 << 30));
    assertUnavailable(
        "device cuda:0 (NVIDIA GeForce RTX 2080) has compute capability 7.5, at least 8.0 (Ampere)"
            + " is needed: use --device cpu",
        () -> CudaDriver.open().device(0));
  }
}
