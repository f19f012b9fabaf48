package io.zoetrope.kernels.cuda.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.kernels.cuda.standin.NeedsStandIn;
import io.zoetrope.kernels.cuda.standin.StandInCard;
import io.zoetrope.kernels.cuda.standin.StandInDriver;
import io.zoetrope.kernels.cuda.standin.StreamOrder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a machine has. */
class CudaDriverTest {
  private static void start(StandInCard... cards) {
    StandInDriver.start(StreamOrder.LATEST, 12_060, cards);
  }

  @NeedsStandIn
  @Test
  void findsDevicesAndTheirLimits() {
    start(StandInCard.USUAL, new StandInCard("NVIDIA GeForce RTX 4090", 89, 1 << 30));
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

  /**
   * The stand-ins have no other functions than those that we look for: JCuda's natives load without
   * the rest, and would end this process if we called any of it.
   */
  @Test
  void everyFunctionThatIsCalledIsLookedFor() throws IOException {
    for (NativeLibrary library : List.of(CudaDriver.LIBRARY, Cublas.LIBRARY, Cudnn.LIBRARY)) {
      List<String> standIns =
          library.functions().stream().map("FUNCTION(%s)\n"::formatted).toList();
      try (InputStream symbols =
          StandInDriver.class.getResourceAsStream(library.linux() + ".symbols")) {
        assertEquals(
            String.join("", standIns), new String(symbols.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
  }

  @NeedsStandIn
  @ParameterizedTest
  @CsvSource({"NVIDIA L40, 512", "NVIDIA L40S, 1024", "NVIDIA L4, 1024"})
  void cardsOfACapabilityDiffer(String name, int perClock) {
    start(new StandInCard(name, 89, 1 << 30));
    assertEquals(2 * 1410e6 * perClock, CudaDriver.open().device(0).tensorFlops());
  }
}
