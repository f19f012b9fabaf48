package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.zoetrope.config.ConfigException;
import io.zoetrope.config.JsonConfig;
import io.zoetrope.media.VideoFrames;
import io.zoetrope.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFolderTest {
  @TempDir private Path dir;

  private ModelFolder saying(String own) throws IOException {
    Files.writeString(dir.resolve("zoetrope.json"), own);
    return new ModelFolder(dir, "WanPipeline", Map.of(), Map.of(), ModelFolder.own(dir));
  }

  @Test
  void aFolderSaysWhatItsModelKnowsAndTakes() throws IOException {
    ModelFolder folder =
        saying("{\"words\": [\"a\", \"ball\"], \"last_image\": true, \"one_size\": true}");
    assertEquals(List.of("red"), folder.vocabulary().orElseThrow().unknown("a red ball"));
    assertTrue(folder.takesLastImage());
    assertTrue(folder.makesOneSize());
    ModelFolder silent = saying("{}");
    assertTrue(silent.vocabulary().isEmpty());
    assertFalse(silent.takesLastImage());
    assertFalse(silent.makesOneSize());
    ModelFolder wrong = saying("{\"words\": [1], \"last_image\": 1}");
    assertThrows(ConfigException.class, wrong::vocabulary);
    assertThrows(ConfigException.class, wrong::takesLastImage);
  }

  @Test
  void aFolderKeepsTheColoursOfItsLatents() throws IOException {
    String map = "[[1.5, 0, 0], [0, -2, 10]]";
    LatentColours colours = colours(map, map).orElseThrow();
    assertArrayEquals(new double[] {0, -2, 10}, colours.others()[1]);
    assertEquals(
        JsonConfig.MAPPER
            .readTree("{\"first\": %s, \"others\": %s}".formatted(map, map))
            .toString(),
        colours.json().toString().replace(".0", ""));
    VideoFrames pictures = colours.pictures(Tensor.of(new float[] {100, -100}, 1, 2, 1, 1));
    assertArrayEquals(new byte[] {(byte) 150, 0, 10, 0, 0, 10}, pictures.toArray());
    assertTrue(saying("{}").latentColours(1).isEmpty());
  }

  /** Another number of channels, other colours than three, what is no number, or nothing. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "[[1, 2, 3]]",
        "[[1, 2, 3], [1, 2, 3], [1, 2, 3]]",
        "[[1, 2, 3], [1, 2]]",
        "[[1, 2, 3], [1, 2, \"3\"]]",
        "{}",
        "null"
      })
  void coloursThatFitNoLatentsAreRefused(String map) {
    String message =
        assertThrows(ConfigException.class, () -> colours("[[1, 2, 3], [1, 2, 3]]", map))
            .getMessage();
    assertTrue(message.contains("'latent_colours' has to have 2 rows of 3 numbers in 'others'"));
  }

  private Optional<LatentColours> colours(String first, String others) throws IOException {
    return saying("{\"latent_colours\": {\"first\": %s, \"others\": %s}}".formatted(first, others))
        .latentColours(1);
  }

  /** Neither the user's own paths nor the hash of a snapshot. */
  @ParameterizedTest
  @CsvSource({
    "/home/me/.cache/hub/models--Wan-AI--Wan2.1-T2V/snapshots/0fad780a, Wan-AI/Wan2.1-T2V",
    "/models--Wan-AI--Wan2.1-T2V/snapshots/0fad780a/, Wan-AI/Wan2.1-T2V",
    "/home/me/models/Wan2.1, models/Wan2.1",
    "/home/me/models/./Wan2.1/../Wan2.2, models/Wan2.2",
    "/models, /models",
  })
  void aFolderTellsTheNameOfItsModel(String folder, String name) {
    assertEquals(Path.of(name), Path.of(ModelFolder.nameOf(Path.of(folder))));
  }
}
