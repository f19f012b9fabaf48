package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.zoetrope.pipeline.PipelineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnProcessTest {
  @TempDir private Path folder;

  @Test
  void sizeIsSeenWhileItRuns() throws Exception {
    assumeTrue(Files.exists(Path.of("/proc/self/status")), "only Linux tells");
    Path output = Files.createFile(folder.resolve("clip"));
    try (OwnProcess process = new OwnProcess(List.of("sleep", "0.3"), output)) {
      assertTrue(process.peakMemory().isEmpty());
      process.run();
      long bytes = process.peakMemory().orElseThrow();
      assertTrue(bytes > 0 && bytes < 1 << 28, bytes + " bytes");
    }
    assertFalse(Files.exists(output));
  }

  @Test
  void failuresAreNoTimes() {
    try (OwnProcess process = new OwnProcess(List.of("false"), folder.resolve("clip"))) {
      PipelineException e = assertThrows(PipelineException.class, process::run);
      assertEquals("'false' failed with exit code 1", e.getMessage());
    }
  }
}
