package io.zoetrope.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.pipeline.PipelineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol, with a shell script in the place of Python. */
class DiffusersTest {
  @TempDir private Path folder;

  private Diffusers start(String script, long timeoutSeconds) throws IOException {
    Path file = folder.resolve("driver.sh");
    Files.writeString(file, script);
    return new Diffusers("sh", file, "forward", folder, Map.of("threads", 1), timeoutSeconds);
  }

  @Test
  void answersEachRequest() throws IOException {
    String script =
        """
        echo '{"ready": true}'
        while read -r line; do echo '{"seconds": 1.5, "peak_memory_bytes": 4096}'; done
        """;
    try (Diffusers process = start(script, 60)) {
      assertTrue(process.peakMemory().isEmpty());
      assertEquals(1.5, process.run());
      assertEquals(1.5, process.run());
      assertEquals(4096, process.peakMemory().orElseThrow());
    }
  }

  @Test
  void saysWhyItEnded() {
    PipelineException e =
        assertThrows(
            PipelineException.class, () -> start("echo 'No module named torch' >&2; exit 1", 60));
    assertEquals("diffusers ended: No module named torch", e.getMessage());
  }

  @Test
  void givesUpAfterAWhile() throws IOException {
    try (Diffusers process = start("echo '{\"ready\": true}'; exec sleep 60", 1)) {
      PipelineException e = assertThrows(PipelineException.class, process::run);
      assertTrue(e.getMessage().contains("--timeout"), e.getMessage());
    }
  }

  @Test
  void saysWhenThereIsNoPython() {
    PipelineException e =
        assertThrows(
            PipelineException.class,
            () ->
                new Diffusers(
                    "no-such-python", folder, "forward", folder, Map.of("threads", 1), 60));
    assertTrue(e.getMessage().contains("no-such-python"), e.getMessage());
  }
}
