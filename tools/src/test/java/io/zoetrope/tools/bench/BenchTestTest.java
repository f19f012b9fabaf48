package io.zoetrope.tools.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import io.zoetrope.tools.bench.BenchTest.Part;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchTestTest {
  @Test
  void readsWhatItWrites() {
    for (Part part : Part.values()) {
      BenchTest test = new BenchTest(part, 832, 480, 81);
      assertEquals(test, BenchTest.parse(test.toString()));
    }
    assertEquals(
        new BenchTest(Part.VAE_DECODE, 256, 128, 5), BenchTest.parse("vae-decode:256x128x5"));
  }

  @ParameterizedTest
  @CsvSource({
    "forward,                  TEST:WIDTHxHEIGHTxFRAMES",
    "forward:256x256,          TEST:WIDTHxHEIGHTxFRAMES",
    "forward:256x256x17x2,     TEST:WIDTHxHEIGHTxFRAMES",
    "forward:256xx17,          TEST:WIDTHxHEIGHTxFRAMES",
    "backward:256x256x17,      'block, forward, vae-decode, clip'",
    "forward:0x256x17,         at least 1",
    "forward:999999x256x17,    TEST:WIDTHxHEIGHTxFRAMES",
  })
  void refusesWhatIsNoTest(String text, String reason) {
    PipelineException e =
        assertThrows(PipelineException.class, () -> BenchTest.parse(text.strip()));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertTrue(e.getMessage().contains(text.split(":")[0].strip()), e.getMessage());
  }
}
