package io.zoetrope.pipeline.family;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ModelFolderTest {
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
