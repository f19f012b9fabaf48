package io.zoetrope.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.zoetrope.media.MediaWriter;
import io.zoetrope.media.Provenance;
import io.zoetrope.media.VideoFrames;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GenerationResultTest {
  @TempDir Path folder;

  @Test
  void whatIsWrittenSaysWhereItComesFrom() {
    var frames = new VideoFrames(16, 16, 1, new byte[16 * 16 * 3]);
    var result = new GenerationResult(frames, Map.of("model", "org/name"), List.of());
    MediaWriter writer = MediaWriter.open(folder.resolve("out.gif").toString());
    result.write(writer, 8);
    Map<String, Object> read = Provenance.read(writer.target()).entries();
    assertEquals(
        List.of("model", "fps", "engine", "digitalSourceType"), List.copyOf(read.keySet()));
    assertEquals("org/name", read.get("model"));
    assertEquals(Provenance.TRAINED_ALGORITHMIC_MEDIA, read.get("digitalSourceType"));
  }
}
